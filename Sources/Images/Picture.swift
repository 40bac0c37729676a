/// Red, green and blue bytes, row after row: `[height, width, 3]`.
package struct Picture: Sendable, Equatable {
  package let width: Int
  package let height: Int
  /// `[height, width, 3]`, without gaps.
  package let pixels: [UInt8]

  /// - Throws: `ImageError.empty` or `ImageError.wrongCount` when `pixels` do not
  ///   make `width` by `height`.
  package init(width: Int, height: Int, pixels: [UInt8]) throws(ImageError) {
    guard width > 0, height > 0 else { throw .empty(width: width, height: height) }
    let (area, tooMany) = width.multipliedReportingOverflow(by: height)
    let (count, tooLarge) = area.multipliedReportingOverflow(by: 3)
    guard !tooMany, !tooLarge, pixels.count == count else {
      throw .wrongCount(
        of: "bytes", found: pixels.count, expected: tooMany || tooLarge ? .max : count)
    }
    self.init(uncheckedWidth: width, height: height, pixels: pixels)
  }

  /// A picture whose sizes are right by construction.
  init(uncheckedWidth width: Int, height: Int, pixels: [UInt8]) {
    precondition(pixels.count == width * height * 3)
    self.width = width
    self.height = height
    self.pixels = pixels
  }

  /// The red, green and blue bytes at column `x` of row `y`.
  package subscript(x: Int, y: Int) -> (red: UInt8, green: UInt8, blue: UInt8) {
    let start = (y * width + x) * 3
    return (pixels[start], pixels[start + 1], pixels[start + 2])
  }
}
