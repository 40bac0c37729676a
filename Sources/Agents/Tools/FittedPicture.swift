import Images
import KernelProtocol

/// Pictures small enough for an agent's window.
enum FittedPicture {
  /// Bytes of a PNG.
  static let limit = 64 << 10

  /// A PNG of at most `limit` bytes: as it is, or made smaller until it fits.
  /// - Parameter base64: a PNG.
  /// - Returns: nil where it cannot be read or made to fit.
  static func png(_ base64: String) -> String? {
    guard let bytes = Base64.decode(base64) else { return nil }
    guard bytes.count > limit else { return base64 }
    guard let picture = try? PictureDecoder().picture(from: bytes) else { return nil }
    var share = (Double(limit) / Double(bytes.count)).squareRoot()
    while share > 0.02 {
      let width = max(1, Int(Double(picture.width) * share))
      let height = max(1, Int(Double(picture.height) * share))
      if let small = try? picture.resized(width: width, height: height, filter: .bicubic),
        let png = try? PNGEncoder.data(small), png.count <= limit
      {
        return Base64.encode(png)
      }
      share *= 0.85
    }
    return nil
  }
}
