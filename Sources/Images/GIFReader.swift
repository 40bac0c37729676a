import CGIF

/// Decodes the first frame of a GIF into RGB as Pillow and the processor's conversion do.
struct GIFReader {
  let bytes: [UInt8]
  private var header: cgif_header

  /// A frame that reaches beyond the screen makes it larger.
  var width: Int { Int(max(header.screen_width, header.left + header.width)) }
  var height: Int { Int(max(header.screen_height, header.top + header.height)) }

  init(_ bytes: [UInt8], limits: PictureLimits) throws(ImageError) {
    self.bytes = bytes
    header = cgif_header()
    var message = CMessage(length: Int(CGIF_MESSAGE_LENGTH))
    let status = unsafe cgif_read_header(bytes, bytes.count, &header, &message.characters)
    guard status == CGIF_OK else { throw .damaged(format: .gif, reason: message.text) }
    try limits.check(width: width, height: height)
    try limits.check(width: Int(header.width), height: Int(header.height))
  }

  func picture(treatment: PictureTreatment) throws(ImageError) -> Picture {
    let palette = unsafe withUnsafeBytes(of: header.palette) { unsafe Array($0) }
      .prefix(3 * Int(header.colors))
    let structure = PNGStructure(
      indexed: Array(palette), transparent: header.transparent < 0 ? nil : Int(header.transparent))
    let colors = PNGColors(structure: structure, treatment: treatment)
    let pixels = colors.fromTable(onScreen(try frame()))
    return Picture(uncheckedWidth: width, height: height, pixels: pixels)
  }

  private func frame() throws(ImageError) -> [UInt8] {
    var expected = header
    var message = CMessage(length: Int(CGIF_MESSAGE_LENGTH))
    var output = [UInt8](repeating: 0, count: Int(header.width) * Int(header.height))
    let status = unsafe cgif_decode(bytes, bytes.count, &expected, &output, &message.characters)
    guard status == CGIF_OK else { throw .damaged(format: .gif, reason: message.text) }
    return output
  }

  /// Around a frame that is smaller than the screen lies what is transparent, or
  /// the palette's first colour.
  private func onScreen(_ frame: [UInt8]) -> [UInt8] {
    if frame.count == width * height { return frame }
    let ground = UInt8(clamping: max(0, header.transparent))
    var screen = [UInt8](repeating: ground, count: width * height)
    for y in 0..<Int(header.height) {
      let from = y * Int(header.width)
      let to = (y + Int(header.top)) * width + Int(header.left)
      screen.replaceSubrange(
        to..<(to + Int(header.width)), with: frame[from..<(from + Int(header.width))])
    }
    return screen
  }
}
