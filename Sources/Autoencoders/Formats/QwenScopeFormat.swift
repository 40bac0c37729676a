import Checkpoints

/// Qwen-Scope: `layerN.sae.pt`, a flat dictionary of `W_enc` [M, D] and `W_dec` [D, M], of the
/// output of block N; b_dec stays on the input. k stands in the name of the repository alone
/// (`L0_50`) and has to be given.
///
/// Its description keeps the values of top-k that are below zero, its own application and SAELens
/// leave them out. They are left out unless `activation` is `signed-topk`.
struct QwenScopeFormat: AutoencoderFormat {
  static let name = "qwen-scope"
  static let marker = "layerN.sae.pt"
  static let weightsName = "layerN.sae.pt"
  static let options: Set<AutoencoderOptions.Name> = [.k, .activation]

  static func matches(_ holds: (_ name: String) -> Bool) -> Bool { false }

  static func isWeights(_ name: String) -> Bool { block(ofFile: name) != nil }

  static func block(ofFile name: String) -> Int? {
    BlockNumber.between("layer", ".sae.pt", in: name)
  }

  static func parts(
    of folder: AutoencoderFolder, memory: inout MemoryAllowance
  ) throws -> AutoencoderParts {
    let k = try folder.k(saidBy: [(place: "the file", k: nil)])
    let activation: LatentActivation
    switch folder.options.activation {
    case nil, .topK: activation = .topK(k)
    case .signedTopK: activation = .signedTopK(k)
    case .relu, .jumpReLU:
      throw AutoencoderError.configuration(
        path: folder.weightsPath,
        reason: "activation is given as \"\(folder.options.activation?.rawValue ?? "")\", "
          + "\"topk\" or \"signed-topk\" expected")
    }
    return try FlatDictionary(archive: try folder.torchArchive()).parts(
      isTransposed: true, subtractsDecoderBias: false, stated: folder.stated, memory: &memory
    ) { _ in activation }
  }
}
