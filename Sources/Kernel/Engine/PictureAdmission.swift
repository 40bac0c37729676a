import Images
import JSONRPC
import KernelProtocol

/// Decodes the pictures of one request, each after its header has shown that there is room for it beside those before.
struct PictureAdmission {
  /// What decoding takes at most, by pixel: a progressive JPEG's coefficients are the most of it.
  private static let decodingBytes = 15

  private let engine: Engine
  private var decoder = PictureDecoder()
  /// Bytes of the pictures that were decoded.
  private(set) var heldBytes = 0

  init(_ engine: Engine) { self.engine = engine }

  /// How the pictures that follow are read.
  var treatment: PictureTreatment {
    get { decoder.treatment }
    set { decoder.treatment = newValue }
  }

  /// - Throws: `KernelError.outOfMemory` before anything is decoded; `ImageError`.
  mutating func picture(from bytes: [UInt8]) throws -> Picture {
    let header = try decoder.header(of: bytes)
    let pixels = header.width * header.height
    try engine.reserve(
      heldBytes + pixels * Self.decodingBytes + bytes.count,
      for: "a picture of \(header.width) × \(header.height) pixels")
    let picture = try decoder.picture(from: bytes)
    heldBytes += picture.byteCount
    return picture
  }

  /// The picture of a file.
  mutating func picture(atPath path: String) throws -> Picture {
    try picture(from: PictureFile.bytes(atPath: path, limits: decoder.limits))
  }
}

extension Picture {
  /// Bytes of its pixels.
  var byteCount: Int { 3 * width * height }
}
