package import Checkpoints
package import Images

/// How Qwen's processors bring a picture to a size: its shape nearly kept, both sides whole numbers
/// of cells, its area within limits. Follows `smart_resize` of transformers 5.24.
package struct PictureSizeRule: Sendable, Equatable {
  /// Side in pixels of what becomes one token.
  package let cellSide: Int
  /// Least and greatest area in pixels.
  package let pixels: ClosedRange<Int>

  /// A side at most so many times the other.
  private static let greatestRatio = 200

  package init(cellSide: Int, pixels: ClosedRange<Int>) {
    self.cellSide = cellSide
    self.pixels = pixels
  }

  /// - Throws: `ImageError.empty`, and `.tooLarge` for a picture that is too long and narrow, which
  ///   transformers refuses, too.
  package func size(width: Int, height: Int) throws(ImageError) -> ImageSize {
    guard width > 0, height > 0 else { throw .empty(width: width, height: height) }
    let (long, short) = (max(width, height), min(width, height))
    guard long <= Self.greatestRatio * short else {
      throw .tooLarge(
        quantity: "how many times one side of the picture is as long as the other",
        found: (long + short - 1) / short, limit: Self.greatestRatio)
    }
    let cell = Double(cellSide)
    func cells(_ side: Int) -> Int {
      // Python's round: halves to even.
      Int((Double(side) / cell).rounded(.toNearestOrEven)) * cellSide
    }
    let plain = ImageSize(height: cells(height), width: cells(width))
    let area = Double(width * height)
    if plain.height * plain.width > pixels.upperBound {
      let shrink = (area / Double(pixels.upperBound)).squareRoot()
      func fitted(_ side: Int) -> Int {
        max(cellSide, Int((Double(side) / shrink / cell).rounded(.down)) * cellSide)
      }
      return ImageSize(height: fitted(height), width: fitted(width))
    }
    if plain.height * plain.width < pixels.lowerBound {
      let grow = (Double(pixels.lowerBound) / area).squareRoot()
      func fitted(_ side: Int) -> Int {
        Int((Double(side) * grow / cell).rounded(.up)) * cellSide
      }
      return ImageSize(height: fitted(height), width: fitted(width))
    }
    return plain
  }
}
