package import Checkpoints
package import Images

/// A tiling image processor's settings. The defaults are those of the LLaVA-NeXT checkpoints; a
/// checkpoint's own file always decides.
package struct ImageProcessorConfiguration: Sendable, Equatable {
  /// The size a tile is brought to before it is cropped.
  package enum Size: Sendable, Equatable {
    case shortestEdge(Int)
    case exact(height: Int, width: Int)
  }

  package var size: Size
  /// Side of the centre crop; nil when the file has none.
  package var crop: (height: Int, width: Int)? {
    get { cropHeight.flatMap { height in cropWidth.map { (height, $0) } } }
    set {
      cropHeight = newValue?.height
      cropWidth = newValue?.width
    }
  }
  private var cropHeight: Int?
  private var cropWidth: Int?
  /// Red, green and blue means, in units of rescaled pixels.
  package var mean: [Double]
  /// Red, green and blue standard deviations, in units of rescaled pixels.
  package var standardDeviation: [Double]
  package var rescaleFactor: Double
  package var filter: ResampleFilter
  package var resizing: PictureResizing
  /// Canvas sizes for tiling, in the file's order.
  package var pinpoints: [ImageSize]
  package var resizes: Bool
  package var crops: Bool
  package var rescales: Bool
  package var normalizes: Bool

  package init(
    size: Size = .shortestEdge(336), crop: (height: Int, width: Int)? = (336, 336),
    mean: [Double] = [0.48145466, 0.4578275, 0.40821073],
    standardDeviation: [Double] = [0.26862954, 0.26130258, 0.27577711],
    rescaleFactor: Double = 1.0 / 255, filter: ResampleFilter = .bicubic,
    resizing: PictureResizing = .default,
    pinpoints: [ImageSize] = [
      ImageSize(height: 336, width: 672), ImageSize(height: 672, width: 336),
      ImageSize(height: 672, width: 672), ImageSize(height: 1008, width: 336),
      ImageSize(height: 336, width: 1008),
    ],
    resizes: Bool = true, crops: Bool = true, rescales: Bool = true, normalizes: Bool = true
  ) {
    self.size = size
    cropHeight = crop?.height
    cropWidth = crop?.width
    self.mean = mean
    self.standardDeviation = standardDeviation
    self.rescaleFactor = rescaleFactor
    self.filter = filter
    self.resizing = resizing
    self.pinpoints = pinpoints
    self.resizes = resizes
    self.crops = crops
    self.rescales = rescales
    self.normalizes = normalizes
  }
}

extension ImageProcessorConfiguration {
  /// Side of the square tile that the tower sees, in pixels.
  ///
  /// - Throws: `ImageError.invalidConfiguration` unless base size, cut and crop are the same square
  ///   and every pinpoint is a whole number of tiles. Other settings would crop the tiles after
  ///   they were cut, and no token would know its pixels; no known checkpoint has them.
  package func tileSide() throws(ImageError) -> Int {
    let base = try baseSide()
    guard (1...4096).contains(base) else {
      throw .invalidConfiguration(field: "size", found: "\(base)", expected: "1 to 4096")
    }
    if let crop, crop.height != base || crop.width != base {
      throw .invalidConfiguration(
        field: "crop_size", found: "\(crop.height) by \(crop.width)",
        expected: "the size, \(base) by \(base)")
    }
    for pinpoint in pinpoints {
      let sides = [pinpoint.height, pinpoint.width]
      guard sides.allSatisfy({ $0 > 0 && $0 <= 65_536 && $0 % base == 0 }),
        pinpoint.height * pinpoint.width <= 1 << 24
      else {
        throw .invalidConfiguration(
          field: "image_grid_pinpoints", found: "\(pinpoint.height) by \(pinpoint.width)",
          expected: "whole multiples of the tile's side, \(base), of up to 16 megapixels")
      }
    }
    return base
  }

  private func baseSide() throws(ImageError) -> Int {
    switch size {
    case .shortestEdge(let edge):
      return edge
    case .exact(let height, let width):
      guard height == width else {
        throw .invalidConfiguration(
          field: "size", found: "\(height) by \(width)", expected: "a square")
      }
      return height
    }
  }

  /// The value that each byte becomes, `[3, 256]`; see `PixelScale`.
  ///
  /// - Throws: `ImageError.invalidConfiguration` unless mean and deviation have three entries.
  func normalizationTable() throws(ImageError) -> [[Float]] {
    for (field, values) in [("image_mean", mean), ("image_std", standardDeviation)] {
      guard values.count == 3, values.allSatisfy(\.isFinite) else {
        throw .invalidConfiguration(field: field, found: "\(values)", expected: "three numbers")
      }
    }
    return PixelScale(
      mean: mean, standardDeviation: standardDeviation, rescaleFactor: rescaleFactor
    ).levels(resizing: resizing, rescales: rescales, normalizes: normalizes)
  }
}
