import JSON

/// The sizes of a TopK autoencoder, as `cfg.json` of a sparsify folder gives them.
///
/// Unknown keys are tolerated; an activation other than top-k and signed latents are refused,
/// because encoding them as a TopK autoencoder would be wrong.
package struct AutoencoderConfiguration: Sendable, Equatable {
  /// D, the width of what it reads.
  package let inputSize: Int
  /// M, the number of latents.
  package let latentCount: Int
  /// The number of latents that may be active at a token.
  package let k: Int

  package init(inputSize: Int, latentCount: Int, k: Int) throws(AutoencoderError) {
    try Self.check(inputSize, of: "d_in")
    try Self.check(latentCount, of: "num_latents")
    guard k >= 1, k <= latentCount else {
      throw .value(what: "k", found: "\(k)", expected: "1 to \(latentCount), the number of latents")
    }
    self.inputSize = inputSize
    self.latentCount = latentCount
    self.k = k
  }

  /// Reads `cfg.json`. Throws `AutoencoderError.configuration` naming the key.
  package init(path: String) throws(AutoencoderError) {
    try self.init(try ConfigurationSection(path: path))
  }

  init(_ keys: ConfigurationSection) throws(AutoencoderError) {
    try keys.refuseOtherKinds()
    let inputSize = try keys.integer("d_in")
    let k = try keys.integer("k")
    let latentCount = try keys.latentCount(inputSize: inputSize)
    do { try self.init(inputSize: inputSize, latentCount: latentCount, k: k) } catch {
      throw .configuration(path: keys.path, reason: error.description)
    }
  }

  /// The text of `cfg.json` for these sizes, with the keys of sparsify: a
  /// trainer keeps decoder rows at unit norm and makes one reconstruction.
  package func json() -> String {
    """
    {
      "activation": "topk",
      "expansion_factor": \(max(1, latentCount / inputSize)),
      "normalize_decoder": true,
      "num_latents": \(latentCount),
      "k": \(k),
      "multi_topk": false,
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

/// The keys of sparsify's `cfg.json`.
extension ConfigurationSection {
  fileprivate func refuseOtherKinds() throws(AutoencoderError) {
    if let activation = object.present("activation"), activation != "topk" {
      let shown = activation.stringValue.map { "\"\($0)\"" } ?? activation.summary
      throw failure("activation is \(shown), only \"topk\" is implemented")
    }
    guard try !isSet("signed") else { throw failure("signed is true, only false is implemented") }
  }

  /// Whether a key is true; absent it is not.
  func isSet(_ name: String) throws(AutoencoderError) -> Bool {
    guard let value = object.present(name) else { return false }
    guard let flag = value.boolValue else {
      throw failure("\(name) is \(value.summary), true or false expected")
    }
    return flag
  }

  /// `num_latents`, or `d_in * expansion_factor` where it is 0 or absent.
  fileprivate func latentCount(inputSize: Int) throws(AutoencoderError) -> Int {
    if object.present("num_latents") != nil {
      let stored = try integer("num_latents")
      if stored != 0 { return stored }
    }
    guard object.present("expansion_factor") != nil else {
      throw failure("neither num_latents nor expansion_factor gives the number of latents")
    }
    let expansion = try integer("expansion_factor")
    let (product, overflow) = inputSize.multipliedReportingOverflow(by: expansion)
    guard !overflow else {
      throw failure("d_in \(inputSize) * expansion_factor \(expansion) is too large")
    }
    return product
  }
}
