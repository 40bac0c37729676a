import Checkpoints
import Tensors

/// Gemma Scope: `params.npz`; JumpReLU, `b_dec` not taken off the input. Its sizes are
/// those of its arrays, its site the `layer_N` of its path.
///
/// `W_enc` is stored [D, M] and turned round in memory once; `W_dec` [M, D] is mapped where the
/// archive is not compressed.
struct GemmaScopeFormat: AutoencoderFormat {
  static let name = "gemma-scope"
  static let marker = "params.npz"
  static let weightsName = "params.npz"

  private let archive: NumpyArchive
  private let path: String
  private let asked: String?

  static func parts(
    of folder: AutoencoderFolder, memory: inout MemoryAllowance
  ) throws -> AutoencoderParts {
    try GemmaScopeFormat(folder: folder).parts(memory: &memory)
  }

  private init(folder: AutoencoderFolder) throws {
    asked = folder.asked
    archive = NumpyArchive(zip: try folder.zip())
    path = folder.weightsPath
  }

  private func parts(memory: inout MemoryAllowance) throws -> AutoencoderParts {
    let prefix = archive.names.contains("w_enc") ? "w_" : "W_"
    let stored = try archive.tensor(prefix + "enc", memory: &memory)
    guard stored.shape.count == 2, let latentCount = stored.shape.last,
      let inputSize = stored.shape.first,
      (1...Int(Int32.max)).contains(latentCount), (1...Int(Int32.max)).contains(inputSize)
    else { throw stored.failure("shape \(stored.shape), [D, M] expected") }
    if archive.names.contains("scaling_factor") {
      let factors = try archive.tensor("scaling_factor", memory: &memory)
        .vector(count: latentCount, repeats: true)
      guard factors.allSatisfy({ abs($0 - 1) <= 1e-5 }) else {
        throw CheckpointError.tensor(
          path: path, name: "scaling_factor", reason: "not 1, which is not implemented")
      }
    }
    let thresholds = try archive.tensor("threshold", memory: &memory)
      .vector(count: latentCount, repeats: true)
    return AutoencoderParts(
      inputSize: inputSize, latentCount: latentCount, activation: .jumpReLU(thresholds: thresholds),
      subtractsDecoderBias: false, stated: try stated(),
      encoder: try stored.matrix(
        rows: latentCount, columns: inputSize, transposed: true, memory: &memory),
      encoderBias: try archive.tensor("b_enc", memory: &memory).vector(count: latentCount),
      decoder: try archive.tensor(prefix + "dec", memory: &memory).matrix(
        rows: latentCount, columns: inputSize, transposed: false, memory: &memory),
      decoderBias: try archive.tensor("b_dec", memory: &memory).vector(count: inputSize))
  }

  private func stated() throws -> StatedSite? {
    let names = path.split(separator: "/").map(String.init)
    if let name = names.last(where: { $0.hasPrefix("gemma-scope") }),
      ["-mlp", "-att", "-transcoders"].contains(where: name.hasSuffix)
    {
      return try other(
        name, "\(name) does not read the residual stream, the only kind of site here")
    }
    if names.contains("embedding") {
      return try other(
        "embedding", "it reads the embeddings; only the stream after a block is a site here")
    }
    for name in names.reversed() where name.hasPrefix("layer_") {
      if let block = Int(name.dropFirst(6)), block >= 0, "layer_\(block)" == name {
        return StatedSite(folderName: name, block: block)
      }
    }
    return nil
  }

  private func other(
    _ name: String, _ reason: String
  ) throws -> StatedSite {
    guard asked != nil else { throw AutoencoderError.site(path: path, reason: reason) }
    return StatedSite(otherPlace: name)
  }
}
