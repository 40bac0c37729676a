package import Images

/// How a picture becomes a Gemma 3's tokens: the views `base` and, of one that is looked at closer,
/// `crop1`, `crop2`…, each a square of tokens, with words between them that are no view's.
package struct Gemma3Layout: Sendable, Equatable {
  static let base = "base"

  let tokensPerSide: Int
  /// The share of the tower's input that its patches cover: a remainder is not seen.
  let seenShare: Double
  let panAndScan: PanAndScan?
  /// Tokens between the last of the base view and the first of the first crop.
  let tokensBehindBase: Int
  /// Tokens between two crops.
  let tokensBetweenCrops: Int

  package init(
    tokensPerSide: Int, seenShare: Double, panAndScan: PanAndScan?, tokensBehindBase: Int,
    tokensBetweenCrops: Int
  ) {
    self.tokensPerSide = tokensPerSide
    self.seenShare = seenShare
    self.panAndScan = panAndScan
    self.tokensBehindBase = tokensBehindBase
    self.tokensBetweenCrops = tokensBetweenCrops
  }

  static func crop(_ index: Int) -> String { "crop\(index + 1)" }

  /// All views that a picture may have.
  package var viewNames: [String] {
    [Self.base] + (0..<(panAndScan?.maximumCropCount ?? 0)).map(Self.crop)
  }

  /// The pixels that each view shows, in the order of their tokens.
  func parts(width: Int, height: Int) -> [PanAndScan.Crop] {
    [PanAndScan.Crop(columns: 0..<width, rows: 0..<height)]
      + (panAndScan?.crops(width: width, height: height) ?? [])
  }

  package func callAsFunction(width: Int, height: Int) throws(ImageError) -> PictureLayout {
    guard width > 0, height > 0 else { throw .empty(width: width, height: height) }
    var views: [PictureView] = []
    for (index, part) in parts(width: width, height: height).enumerated() {
      let gap = index == 1 ? tokensBehindBase : tokensBetweenCrops
      views.append(
        PictureView(
          name: index == 0 ? Self.base : Self.crop(index - 1), rowAxis: axis(part.rows),
          columnAxis: axis(part.columns),
          firstToken: views.last.map { $0.tokens.upperBound + gap } ?? 0))
    }
    return PictureLayout(
      pictureWidth: width, pictureHeight: height, views: views,
      tokenCount: views.last?.tokens.upperBound ?? 0)
  }

  /// Pixels of the picture that are squeezed into the tower's input.
  private func axis(_ pixels: Range<Int>) -> CellAxis {
    let scale = Double(pixels.count) * seenShare / Double(tokensPerSide)
    return CellAxis(
      count: tokensPerSide, start: Double(pixels.lowerBound) / scale, scale: scale)
  }
}
