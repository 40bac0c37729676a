import Checkpoints

/// The autoencoders of `vlm-saes` ("multimodal-saes"): `sae_final_layerN_8x_normX.pkl`, a state
/// dict of two linear layers `fc1` and `fc2`, perhaps under `module.`, of the input of block N.
/// z = ReLU(fc1(c·x)), x̂ = fc2(z)/c.
///
/// Its training brings activations to the mean norm 64: c = 64 / X, X their mean norm, which only
/// the file's name says. `inputScale` is c, and overrides the name.
struct VLMSAEsFormat: AutoencoderFormat {
  static let name = "vlm-saes"
  static let marker = "sae_final_layerN_….pkl"
  static let weightsName = "sae_final_layerN_….pkl"
  static let options: Set<AutoencoderOptions.Name> = [.inputScale]

  /// The mean norm that activations are brought to, √4096.
  private static let trainedNorm: Float = 64

  static func matches(_ holds: (_ name: String) -> Bool) -> Bool { false }

  static func isWeights(_ name: String) -> Bool {
    name.hasPrefix("sae_") && name.hasSuffix(".pkl")
  }

  /// A block's input is the output of the one below it.
  static func block(ofFile name: String) -> Int? {
    guard let block = part(of: name, named: "layer").flatMap({ Int($0) }), block > 0 else {
      return nil
    }
    return block - 1
  }

  static func parts(
    of folder: AutoencoderFolder, memory: inout MemoryAllowance
  ) throws -> AutoencoderParts {
    let archive = try folder.torchArchive()
    let prefix = archive.holds("module.fc1.weight") ? "module." : ""
    let stored = try archive.tensor(prefix + "fc1.weight")
    guard stored.shape.count == 2 else {
      throw stored.failure("shape \(stored.shape), [M, D] expected")
    }
    let (latentCount, inputSize) = (stored.shape[0], stored.shape[1])
    let (scale, note) = try inputScale(folder)
    var parts = AutoencoderParts(
      inputSize: inputSize, latentCount: latentCount, activation: .relu,
      subtractsDecoderBias: false, stated: folder.stated,
      encoder: try stored.matrix(
        rows: latentCount, columns: inputSize, transposed: false, memory: &memory),
      encoderBias: try archive.tensor(prefix + "fc1.bias").vector(count: latentCount),
      decoder: try archive.tensor(prefix + "fc2.weight").matrix(
        rows: latentCount, columns: inputSize, transposed: true, memory: &memory),
      decoderBias: try archive.tensor(prefix + "fc2.bias").vector(count: inputSize))
    parts.notes = note.map { [$0] } ?? []
    try parts.foldInputScale(scale, memory: &memory, path: folder.weightsPath)
    return parts
  }

  /// c, and where it is from if it was not given.
  private static func inputScale(
    _ folder: AutoencoderFolder
  ) throws(AutoencoderError) -> (Float, note: String?) {
    if let given = folder.options.inputScale { return (given, nil) }
    guard let norm = part(of: folder.weightsName, named: "norm").flatMap({ Float($0) }),
      norm.isFinite, norm > 0
    else {
      throw .configuration(
        path: folder.weightsPath,
        reason: "the file's name does not say the mean norm of its activations, as in "
          + "\"norm13.996978\": give inputScale (--sae-input-scale), 64 divided by it")
    }
    let scale = trainedNorm / norm
    return (
      scale,
      "activations are multiplied by \(scale) before they are encoded: 64 divided by \(norm), the "
        + "mean norm that the file's name says"
    )
  }

  /// What follows `label` in one of the parts of a name between underscores.
  private static func part(of name: String, named label: String) -> Substring? {
    let stem = name.hasSuffix(".pkl") ? name.dropLast(4) : name[...]
    return stem.split(separator: "_").first { $0.hasPrefix(label) }?.dropFirst(label.count)
  }
}
