import FeatureIndex
import Images
import JSONRPC
import KernelProtocol

/// Decodes the pictures of one request, each after its header has shown that there is room
/// for it beside those before.
struct PictureAdmission {
  private let engine: Engine
  private var decoder = PictureDecoder()
  /// Bytes of the pictures that were decoded, and of their files where those are kept.
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
      heldBytes + pixels * PictureLimits.decodingBytes + bytes.count,
      for: "a picture of \(header.width) × \(header.height) pixels")
    let picture = try decoder.picture(from: bytes)
    heldBytes += picture.byteCount
    return picture
  }

  /// The picture of a file, which errors name.
  mutating func picture(atPath path: String) throws -> Picture {
    try read(path).picture
  }

  /// The same, and where its bytes are found again.
  mutating func given(atPath path: String) throws -> GivenPicture {
    let (picture, bytes) = try read(path)
    let origin = PictureOrigin.file(
      path: path, sha256: SHA256.digest(of: bytes).hexadecimal, byteCount: bytes.count)
    return GivenPicture(picture: picture, origin: origin, treatment: treatment)
  }

  /// A picture that was sent, whose bytes are kept with it.
  mutating func given(_ bytes: [UInt8]) throws -> GivenPicture {
    let picture = try picture(from: bytes)
    heldBytes += bytes.count
    return GivenPicture(picture: picture, origin: .sent(bytes), treatment: treatment)
  }

  private mutating func read(_ path: String) throws -> (picture: Picture, bytes: [UInt8]) {
    let bytes = try PictureFile.bytes(atPath: path, limits: decoder.limits)
    do { return (try picture(from: bytes), bytes) } catch let error as ImageError {
      throw ImageError.ofFile(path: path, error)
    }
  }
}

extension Engine {
  /// For pictures of jobs, which are decoded where nothing can be given back any more: what only
  /// saves time makes room for them now.
  func decodingLimits() -> PictureLimits {
    let wanted = clientBudget.limit / 4
    try? reserve(wanted, for: "pictures")
    return PictureLimits(memory: min(wanted, freeBytes))
  }
}

extension PictureLimits {
  /// For a reader that keeps decoded pictures ready.
  var halved: PictureLimits {
    var limits = self
    limits.memory /= 2
    return limits
  }
}

extension Picture {
  /// Bytes of its pixels.
  var byteCount: Int { 3 * width * height }
}
