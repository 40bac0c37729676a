/// Where a feature is active in one view of a picture, laid over the picture.
package struct ActivationMask: Sendable {
  /// Activations at or above it are active: the published pipeline's.
  package static let threshold: Float = 1e-5

  /// The activations, and the pixels of the picture under them.
  package let grid: ScoreGrid
  /// What is seen of each patch: 1 where it is active, or its share of the strongest activation.
  private let seen: ScoreGrid
  private let shares: ScoreGrid

  /// - Parameter grid: not negative; its region is in pixels of the pictures that will be given.
  /// - Throws: `ImageError`.
  package init(_ grid: ScoreGrid) throws(ImageError) {
    self.grid = grid
    let strongest = grid.scores.max() ?? 0
    seen = try ScoreGrid(
      rows: grid.rows, columns: grid.columns,
      scores: grid.scores.map { $0 >= Self.threshold ? 1 : 0 }, region: grid.region)
    shares = try ScoreGrid(
      rows: grid.rows, columns: grid.columns,
      scores: grid.scores.map {
        strongest >= Self.threshold ? min(max($0 / strongest, 0), 1) : 0
      }, region: grid.region)
  }

  /// The picture with what the feature does not see darkened.
  ///
  /// - Parameters:
  ///   - picture: whole, as it is shown.
  ///   - tileSide: pixels of the square that `paper` draws, the model's tile.
  package func drawn(
    over picture: Picture, style: MaskStyle, tileSide: Int = 336,
    resizing: PictureResizing = .pillow
  ) throws(ImageError) -> Picture {
    guard style.kind != .paper else {
      let tile = try picture.resized(
        width: tileSide, height: tileSide, filter: .bicubic, resizing: resizing)
      return try DimmedPicture(
        rows: grid.rows, columns: grid.columns, activations: grid.scores,
        threshold: Self.threshold, interpolation: .smooth, resizing: resizing
      ).drawn(over: tile)
    }
    let shown = try picture.fitted(side: style.side)
    let horizontal = Double(picture.width) / Double(shown.width)
    let vertical = Double(picture.height) / Double(shown.height)
    var pixels = shown.pixels
    let floor = style.floor
    let cover = style.kind == .weighted ? shares : seen
    for y in 0..<shown.height {
      for x in 0..<shown.width {
        let share = amount(
          cover, (Double(x) + 0.5) * horizontal, (Double(y) + 0.5) * vertical, style)
        if share == 1 { continue }
        let light = floor + (1 - floor) * share
        let start = (y * shown.width + x) * 3
        for place in start..<(start + 3) {
          pixels[place] = UInt8((Double(pixels[place]) * light).rounded())
        }
      }
    }
    return Picture(uncheckedWidth: shown.width, height: shown.height, pixels: pixels)
  }

  /// What is seen at a place of the picture, 0 to 1; nothing where no patch of the view lies.
  private func amount(_ cover: ScoreGrid, _ x: Double, _ y: Double, _ style: MaskStyle) -> Double {
    let region = grid.region
    guard x >= region.left, x < region.right, y >= region.top, y < region.bottom else { return 0 }
    return Double(
      style.interpolation == .smooth ? cover.bilinear(x: x, y: y) : cover.nearest(x: x, y: y))
  }

  /// The veil that darkens a picture in a page: `[rows, columns]` of black, as
  /// opaque as a patch is inactive.
  ///
  /// - Parameter isWeighted: by activation; otherwise a patch is veiled or not.
  /// - Returns: a PNG with alpha, one pixel a patch, to be stretched over `grid.region`.
  package func veil(isWeighted: Bool) throws(ImageError) -> [UInt8] {
    let cover = isWeighted ? shares : seen
    let pixels = cover.scores.flatMap { share in
      [0, 0, 0, UInt8((255 * (1 - Double(share))).rounded())]
    }
    return try PNGEncoder.data(rgba: pixels, width: grid.columns, height: grid.rows)
  }
}

extension Picture {
  /// The picture with its longer side at so many pixels; as it is for nil.
  package func fitted(side: Int?) throws(ImageError) -> Picture {
    guard let side else { return self }
    let longer = max(width, height)
    let scale = Double(side) / Double(longer)
    let isPixelArt = scale > 8
    return try resized(
      width: max(1, Int((Double(width) * scale).rounded())),
      height: max(1, Int((Double(height) * scale).rounded())),
      filter: isPixelArt ? .nearest : .bicubic)
  }
}
