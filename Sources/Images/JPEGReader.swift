import CJPEG

/// Decodes JPEG into RGB as Pillow does: accurate integer transform, smooth chroma
/// upsampling, Adobe's inverted CMYK.
struct JPEGReader {
  let bytes: [UInt8]
  let limits: PictureLimits
  private var header: cjpeg_header

  var width: Int { Int(header.width) }
  var height: Int { Int(header.height) }

  init(_ bytes: [UInt8], limits: PictureLimits) throws(ImageError) {
    self.bytes = bytes
    self.limits = limits
    header = cjpeg_header(width: 0, height: 0, channels: 0)
    var message = CMessage(length: Int(CJPEG_MESSAGE_LENGTH))
    let status = unsafe cjpeg_read_header(bytes, bytes.count, &header, &message.characters)
    guard status == CJPEG_OK else { throw .damaged(format: .jpeg, reason: message.text) }
    try limits.check(width: width, height: height)
  }

  func picture() throws(ImageError) -> Picture {
    let channels = Int(header.channels)
    var expected = header
    var message = CMessage(length: Int(CJPEG_MESSAGE_LENGTH))
    var output = [UInt8](repeating: 0, count: width * height * channels)
    // A progressive file keeps every coefficient in two bytes; the rest is a
    // few rows of each buffer.
    let memory = width * height * channels * 2 + (64 << 20)
    let status = unsafe cjpeg_decode(
      bytes, bytes.count, &expected, memory, Int32(clamping: limits.scans), &output,
      &message.characters)
    guard status == CJPEG_OK else { throw .damaged(format: .jpeg, reason: message.text) }
    let pixels: [UInt8] =
      switch channels {
      case 1: Self.fromGrey(output)
      case 4: Self.fromInvertedCMYK(output)
      default: output
      }
    return Picture(uncheckedWidth: width, height: height, pixels: pixels)
  }

  private static func fromGrey(_ samples: [UInt8]) -> [UInt8] {
    var result = [UInt8](repeating: 0, count: samples.count * 3)
    for (index, sample) in samples.enumerated() {
      for channel in 0..<3 { result[3 * index + channel] = sample }
    }
    return result
  }

  /// Pillow takes every four-channel file for Adobe's inverted one.
  private static func fromInvertedCMYK(_ samples: [UInt8]) -> [UInt8] {
    var result = [UInt8](repeating: 0, count: samples.count / 4 * 3)
    for index in 0..<(samples.count / 4) {
      let light = Int(samples[4 * index + 3])
      for channel in 0..<3 {
        let ink = 255 - Int(samples[4 * index + channel])
        let product = ink * light + 128
        let darkened = ((product >> 8) + product) >> 8
        result[3 * index + channel] = UInt8(clamping: light - darkened)
      }
    }
    return result
  }
}
