import Checkpoints
import Tensors

/// `W_enc`, `W_dec`, `b_enc` and `b_dec` in a file of PyTorch's, beside each other or under
/// `state_dict`: the least that a library writes.
struct FlatDictionary {
  private let archive: TorchArchive
  private let prefix: String

  init(archive: TorchArchive) {
    self.archive = archive
    prefix = !archive.holds("W_enc") && archive.holds("state_dict.W_enc") ? "state_dict." : ""
  }

  func holds(_ name: String) -> Bool { archive.holds(prefix + name) }

  func tensor(_ name: String) throws -> StoredTensor { try archive.tensor(prefix + name) }

  /// A whole number that stands among the tensors or beside their dictionary.
  func integer(_ name: String) throws -> Int? {
    for name in [prefix + name, name] where archive.holds(name) { return try archive.integer(name) }
    return nil
  }

  /// - Parameters:
  ///   - isTransposed: whether the file has W_enc as [M, D] and W_dec as [D, M], not the other way.
  ///   - activation: what the number of latents makes of the rest of the file.
  func parts(
    isTransposed: Bool, subtractsDecoderBias: Bool, stated: StatedSite?,
    memory: inout MemoryAllowance, activation: (Int) throws -> LatentActivation
  ) throws -> AutoencoderParts {
    let stored = try tensor("W_enc")
    let order = isTransposed ? "[M, D]" : "[D, M]"
    guard stored.shape.count == 2 else {
      throw stored.failure("shape \(stored.shape), \(order) expected")
    }
    let latentCount = stored.shape[isTransposed ? 0 : 1]
    let inputSize = stored.shape[isTransposed ? 1 : 0]
    return AutoencoderParts(
      inputSize: inputSize, latentCount: latentCount, activation: try activation(latentCount),
      subtractsDecoderBias: subtractsDecoderBias, stated: stated,
      encoder: try stored.matrix(
        rows: latentCount, columns: inputSize, transposed: !isTransposed, memory: &memory),
      encoderBias: try tensor("b_enc").vector(count: latentCount),
      decoder: try tensor("W_dec").matrix(
        rows: latentCount, columns: inputSize, transposed: isTransposed, memory: &memory),
      decoderBias: try tensor("b_dec").vector(count: inputSize))
  }
}

extension AutoencoderFolder {
  /// k, from the first of the files' places that says it, or as it was asked for where none does.
  /// - Throws: where nobody says it, or two say different numbers.
  func k(saidBy places: [(place: String, k: Int?)]) throws(AutoencoderError) -> Int {
    let said = places.compactMap { place, k in k.map { (place: place, k: $0) } }
    guard let k = said.first?.k ?? options.k else {
      let names = places.map(\.place).joined(separator: " nor in ")
      throw .configuration(
        path: weightsPath,
        reason: "k, the number of active latents, is \(places.count > 1 ? "neither" : "not") in "
          + "\(names): give it as k (--sae-k)")
    }
    for (place, other) in said + [("the request", options.k ?? k)] where other != k {
      throw .configuration(
        path: weightsPath, reason: "k is \(k) in \(said[0].place), \(other) in \(place)")
    }
    return k
  }
}
