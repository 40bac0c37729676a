import CWebP

/// Decodes WebP into RGB as Pillow and the processor's conversion do; of an
/// animation its first frame.
struct WebPReader {
  let bytes: [UInt8]
  private var header: cwebp_header

  var width: Int { Int(header.width) }
  var height: Int { Int(header.height) }

  init(_ bytes: [UInt8], limits: PictureLimits) throws(ImageError) {
    self.bytes = bytes
    header = cwebp_header(width: 0, height: 0, has_alpha: 0, is_animated: 0)
    var message = CMessage(length: Int(CWEBP_MESSAGE_LENGTH))
    let status = unsafe cwebp_read_header(bytes, bytes.count, &header, &message.characters)
    guard status == CWEBP_OK else { throw .damaged(format: .webP, reason: message.text) }
    try limits.check(width: width, height: height)
  }

  var orientation: Orientation {
    OrientationReader.orientation(exif: chunk("EXIF"), xmp: chunk("XMP "))
  }

  func picture(treatment: PictureTreatment) throws(ImageError) -> Picture {
    var expected = header
    var message = CMessage(length: Int(CWEBP_MESSAGE_LENGTH))
    var output = [UInt8](repeating: 0, count: width * height * 4)
    let status = unsafe cwebp_decode(bytes, bytes.count, &expected, &output, &message.characters)
    guard status != CWEBP_NO_MEMORY else {
      throw .damaged(format: .webP, reason: "it takes more memory than there is")
    }
    guard status == CWEBP_OK else { throw .damaged(format: .webP, reason: message.text) }
    // Without an alpha channel in the header, Pillow takes the fourth sample for padding.
    let isOpaque = header.has_alpha == 0
    let colors = PNGColors(
      structure: PNGStructure(colorType: 6), treatment: isOpaque ? .loaded : treatment)
    return Picture(uncheckedWidth: width, height: height, pixels: colors.fromRGBA(output))
  }

  private func chunk(_ name: String) -> [UInt8]? {
    var (offset, size) = (0, 0)
    unsafe cwebp_find_chunk(bytes, bytes.count, name, &offset, &size)
    guard size > 0, offset >= 0, size <= bytes.count - offset else { return nil }
    return Array(bytes[offset..<(offset + size)])
  }
}
