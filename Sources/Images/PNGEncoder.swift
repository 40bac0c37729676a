import CPNG

/// Writes PNG. The same pixels always give the same bytes.
package enum PNGEncoder {
  /// - Throws: `ImageError.encodingFailed`.
  package static func data(_ picture: Picture) throws(ImageError) -> [UInt8] {
    try data(
      pixels: picture.pixels, width: picture.width, height: picture.height, channels: 3)
  }

  /// - Parameter pixels: `[height, width, 4]`, red, green, blue and straight alpha.
  /// - Throws: `ImageError.wrongCount`, `.empty` or `.encodingFailed`.
  package static func data(
    rgba pixels: [UInt8], width: Int, height: Int
  ) throws(ImageError) -> [UInt8] {
    try PictureLimits(side: 1 << 24, pixels: 1 << 28).check(width: width, height: height)
    guard pixels.count == width * height * 4 else {
      throw .wrongCount(of: "bytes", found: pixels.count, expected: width * height * 4)
    }
    return try data(pixels: pixels, width: width, height: height, channels: 4)
  }

  private static func data(
    pixels: [UInt8], width: Int, height: Int, channels: Int32
  ) throws(ImageError) -> [UInt8] {
    guard let columns = UInt32(exactly: width), let rows = UInt32(exactly: height) else {
      throw .encodingFailed(reason: "\(width) by \(height) is more than PNG can hold")
    }
    var message = CMessage(length: Int(CPNG_MESSAGE_LENGTH))
    var output: UnsafeMutablePointer<UInt8>?
    var length = 0
    let status = unsafe cpng_encode(
      pixels, columns, rows, channels, &output, &length, &message.characters)
    guard status == CPNG_OK, let output = unsafe output else {
      throw .encodingFailed(reason: message.text)
    }
    defer { unsafe cpng_free(output) }
    return unsafe Array(UnsafeBufferPointer(start: output, count: length))
  }
}
