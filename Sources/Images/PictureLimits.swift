/// What a picture may cost. All but the file's length are checked against the header, before
/// anything of the picture's size is allocated.
package struct PictureLimits: Sendable, Equatable {
  /// Longest side in pixels.
  package var side: Int
  /// Width times height.
  package var pixels: Int
  /// Length of the encoded file in bytes.
  package var fileLength: Int
  /// Scans of a progressive JPEG; ordinary files have about ten.
  package var scans: Int
  /// Bytes that decoding may take, of which there are `decodingBytes` a pixel at most.
  package var memory: Int

  /// Of a pixel: a progressive JPEG's coefficients are the most of it.
  package static let decodingBytes = 15

  /// The defaults admit 64 megapixels; decoding then needs at most 7 bytes a pixel, a progressive
  /// JPEG 8 more for its coefficients, an animated WebP 8 more for its canvases.
  package init(
    side: Int = 32_768, pixels: Int = 1 << 26, fileLength: Int = 1 << 28, scans: Int = 200,
    memory: Int = .max
  ) {
    self.side = side
    self.pixels = pixels
    self.fileLength = fileLength
    self.scans = scans
    self.memory = memory
  }

  func check(width: Int, height: Int) throws(ImageError) {
    guard width > 0, height > 0 else { throw .empty(width: width, height: height) }
    guard width <= side else { throw .tooLarge(quantity: "the width", found: width, limit: side) }
    guard height <= side else {
      throw .tooLarge(quantity: "the height", found: height, limit: side)
    }
    let (area, overflow) = width.multipliedReportingOverflow(by: height)
    guard !overflow, area <= pixels else {
      throw .tooLarge(
        quantity: "the number of pixels", found: overflow ? .max : area, limit: pixels)
    }
    guard area <= memory / Self.decodingBytes else {
      throw .tooLarge(
        quantity: "the memory to decode \(width) × \(height) pixels, in bytes,",
        found: area * Self.decodingBytes, limit: memory)
    }
  }

  func check(fileLength length: Int) throws(ImageError) {
    guard length <= fileLength else {
      throw .tooLarge(quantity: "the file's length in bytes", found: length, limit: fileLength)
    }
  }
}
