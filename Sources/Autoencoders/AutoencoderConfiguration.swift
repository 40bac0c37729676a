import FoundationEssentials
import SystemReasons
import Tensors

/// The sizes of a TopK autoencoder, as `cfg.json` of a sparsify folder gives them.
///
/// Unknown keys are tolerated; an activation other than top-k, signed latents, a skip connection
/// and a transcoder are refused, because encoding them as a TopK autoencoder would be wrong.
package struct AutoencoderConfiguration: Sendable, Equatable {
  /// D, the width of the residual stream it reads.
  package let inputSize: Int
  /// M, the number of latents.
  package let latents: Int
  /// The number of latents that may be active at a token.
  package let k: Int
  /// Whether the trainer keeps decoder rows at unit norm. Encoding does not depend on it.
  package let normalizesDecoder: Bool
  /// Whether it was trained with a second reconstruction of 4k latents. Encoding does not depend
  /// on it.
  package let multiTopK: Bool

  package init(
    inputSize: Int, latents: Int, k: Int, normalizesDecoder: Bool = true, multiTopK: Bool = false
  ) throws(AutoencoderError) {
    try Self.check(inputSize, of: "d_in")
    try Self.check(latents, of: "num_latents")
    guard k >= 1, k <= latents else {
      throw .value(what: "k", found: "\(k)", expected: "1 to \(latents), the number of latents")
    }
    self.inputSize = inputSize
    self.latents = latents
    self.k = k
    self.normalizesDecoder = normalizesDecoder
    self.multiTopK = multiTopK
  }

  /// Reads `cfg.json`. Throws `AutoencoderError.configuration` naming the key.
  package init(path: String) throws(AutoencoderError) {
    let keys = try Keys(path: path)
    try keys.refuseOtherKinds(path: path)
    let latents = try keys.latentCount(path: path)
    do {
      try self.init(
        inputSize: keys.inputSize, latents: latents, k: keys.k,
        normalizesDecoder: keys.normalizesDecoder ?? true, multiTopK: keys.multiTopK ?? false)
    } catch {
      throw .configuration(path: path, reason: error.description)
    }
  }

  /// The text of `cfg.json` for these sizes, with the keys of sparsify.
  package func json() -> String {
    """
    {
      "activation": "topk",
      "expansion_factor": \(max(1, latents / inputSize)),
      "normalize_decoder": \(normalizesDecoder),
      "num_latents": \(latents),
      "k": \(k),
      "multi_topk": \(multiTopK),
      "skip_connection": false,
      "transcode": false,
      "d_in": \(inputSize)
    }

    """
  }

  /// Sizes stay far from where products of two of them could overflow.
  private static func check(_ size: Int, of name: String) throws(AutoencoderError) {
    guard size >= 1, size <= Int(Int32.max) else {
      throw .value(what: name, found: "\(size)", expected: "1 to \(Int32.max)")
    }
  }
}

/// What `cfg.json` says, under sparsify's names.
private struct Keys: Decodable {
  var inputSize: Int
  var k: Int
  var latents: Int?
  var expansionFactor: Int?
  var normalizesDecoder: Bool?
  var multiTopK: Bool?
  var activation: String?
  var signed: Bool?
  var skipConnection: Bool?
  var transcode: Bool?

  enum CodingKeys: String, CodingKey {
    case inputSize = "d_in"
    case k
    case latents = "num_latents"
    case expansionFactor = "expansion_factor"
    case normalizesDecoder = "normalize_decoder"
    case multiTopK = "multi_topk"
    case activation, signed, transcode
    case skipConnection = "skip_connection"
  }

  /// A configuration is a few hundred bytes; what is far larger is another file.
  static let largestFile = 1 << 20

  init(path: String) throws(AutoencoderError) {
    do {
      let file = try MappedFile(path: path)
      guard file.byteCount <= Self.largestFile else {
        throw AutoencoderError.configuration(
          path: path, reason: "\(file.byteCount) bytes, at most \(Self.largestFile) expected")
      }
      let data = Data(try file.bytes(0..<file.byteCount))
      self = try JSONDecoder().decode(Keys.self, from: data)
    } catch let error as AutoencoderError {
      throw error
    } catch {
      throw .configuration(path: path, reason: systemReason(of: error))
    }
  }

  func refuseOtherKinds(path: String) throws(AutoencoderError) {
    if let activation, activation != "topk" {
      throw .configuration(
        path: path, reason: "activation is \"\(activation)\", only \"topk\" is implemented")
    }
    for (name, value) in [
      ("signed", signed), ("skip_connection", skipConnection), ("transcode", transcode),
    ] where value == true {
      throw .configuration(path: path, reason: "\(name) is true, only false is implemented")
    }
  }

  /// `num_latents`, or `d_in * expansion_factor` where it is 0 or absent.
  func latentCount(path: String) throws(AutoencoderError) -> Int {
    if let latents, latents != 0 { return latents }
    guard let expansionFactor else {
      throw .configuration(
        path: path, reason: "neither num_latents nor expansion_factor gives the number of latents")
    }
    let (product, overflow) = inputSize.multipliedReportingOverflow(by: expansionFactor)
    guard !overflow else {
      throw .configuration(
        path: path, reason: "d_in \(inputSize) * expansion_factor \(expansionFactor) is too large")
    }
    return product
  }
}
