/// How the stored rows and columns lie in the upright picture (EXIF tag 274).
package enum Orientation: Int, Sendable, CaseIterable {
  case upright = 1
  case mirrored = 2
  case upsideDown = 3
  case flipped = 4
  case transposed = 5
  case turnedRight = 6
  case transversed = 7
  case turnedLeft = 8

  /// Whether the upright picture's sides are the stored ones exchanged.
  package var exchangesSides: Bool { rawValue >= Self.transposed.rawValue }

  /// The upright picture.
  func applied(to picture: Picture) -> Picture {
    if self == .upright { return picture }
    let (width, height) = (picture.width, picture.height)
    let newWidth = exchangesSides ? height : width
    let newHeight = exchangesSides ? width : height
    let source = picture.pixels
    var result = [UInt8](repeating: 0, count: source.count)
    for y in 0..<newHeight {
      for x in 0..<newWidth {
        let (column, row) = stored(x: x, y: y, width: width, height: height)
        let from = (row * width + column) * 3
        let to = (y * newWidth + x) * 3
        result[to] = source[from]
        result[to + 1] = source[from + 1]
        result[to + 2] = source[from + 2]
      }
    }
    return Picture(uncheckedWidth: newWidth, height: newHeight, pixels: result)
  }

  /// Where the upright picture's pixel (x, y) is stored.
  private func stored(x: Int, y: Int, width: Int, height: Int) -> (column: Int, row: Int) {
    switch self {
    case .upright: (x, y)
    case .mirrored: (width - 1 - x, y)
    case .upsideDown: (width - 1 - x, height - 1 - y)
    case .flipped: (x, height - 1 - y)
    case .transposed: (y, x)
    case .turnedRight: (y, height - 1 - x)
    case .transversed: (width - 1 - y, height - 1 - x)
    case .turnedLeft: (width - 1 - y, x)
    }
  }
}
