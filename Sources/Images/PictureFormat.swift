/// The picture formats that are read.
package enum PictureFormat: String, Sendable {
  case png = "PNG"
  case jpeg = "JPEG"
  case webP = "WebP"
  case gif = "GIF"
  case bmp = "BMP"

  /// How files of these formats end, without the dot, in lower case.
  package static let suffixes = ["png", "jpg", "jpeg", "webp", "gif", "bmp"]

  /// The formats as a text lists them.
  package static let list = "PNG, JPEG, WebP, GIF or BMP"

  private static let pngSignature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
  private static let jpegSignature: [UInt8] = [0xFF, 0xD8, 0xFF]

  /// The format that `bytes` begin like; the name of a file says nothing.
  ///
  /// - Throws: `ImageError.notAPicture` with the first bytes.
  package init(sniffing bytes: [UInt8]) throws(ImageError) {
    if bytes.starts(with: Self.pngSignature) {
      self = .png
    } else if bytes.starts(with: Self.jpegSignature) {
      self = .jpeg
    } else if bytes.starts(with: Array("RIFF".utf8)), bytes.count >= 12,
      bytes[8..<12].elementsEqual("WEBP".utf8)
    {
      self = .webP
    } else if bytes.starts(with: Array("GIF87a".utf8)) || bytes.starts(with: Array("GIF89a".utf8)) {
      self = .gif
    } else if bytes.starts(with: Array("BM".utf8)), bytes.count >= 18,
      BMPLayout.headerSizes.contains(Int(bytes[14])), bytes[15..<18].allSatisfy({ $0 == 0 })
    {
      // Two letters alone begin many a text.
      self = .bmp
    } else {
      throw .notAPicture(beginning: Self.spelled(bytes.prefix(8)))
    }
  }

  private static func spelled(_ bytes: ArraySlice<UInt8>) -> String {
    if bytes.isEmpty { return "nothing: it is empty" }
    let hexadecimal = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
    let letters = bytes.map { (0x20..<0x7F).contains($0) ? Character(Unicode.Scalar($0)) : "." }
    return "\(hexadecimal.joined(separator: " ")) (\"\(String(letters))\")"
  }
}
