import Checkpoints
import Tensors

/// The transcoders of circuit-tracer, a file for each block: `layer_N.safetensors` beside the set's
/// `config.yaml`, which names the hooks that are read and made; those of UIUC-MONET's
/// vlm-circuit-tracing, trained on pictures, among them. z = ReLU(W_enc·x + b_enc), of which
/// `top_k` of the configuration keeps the largest, or JumpReLU where the file holds a threshold;
/// ŷ = z·W_dec + b_dec, and x·W_skipᵀ where there is a skip connection.
///
/// All matrices are stored as they are used, [M, D], and mapped. circuit-tracer itself knows no
/// top-k and its descendants know it where the configuration does not say it: what is to be done
/// without `top_k` has to be given.
struct CircuitTracerFormat: AutoencoderFormat {
  static let name = "circuit-tracer"
  static let marker = "layer_N.safetensors"
  static let weightsName = "layer_N.safetensors"
  static let options: Set<AutoencoderOptions.Name> = [.k, .activation]
  private static let configurationName = "config.yaml"
  private static let thresholdName = "activation_function.threshold"
  private static let skipName = "W_skip"

  private let folder: AutoencoderFolder
  private let file: SafetensorsFile
  private let keys: BlockMapping

  static func matches(_ holds: (_ name: String) -> Bool) -> Bool { false }

  static func isWeights(_ name: String) -> Bool { block(ofFile: name) != nil }

  static func block(ofFile name: String) -> Int? {
    BlockNumber.between("layer_", ".safetensors", in: name)
  }

  /// Until the configuration is read: what its sets are of.
  static func places(ofFile name: String) -> PlacePair? {
    block(ofFile: name).map { block in
      PlacePair(
        input: .place(.feedForwardIn, block: block),
        output: .place(.feedForwardModule, block: block))
    }
  }

  static func parts(
    of folder: AutoencoderFolder, memory: inout MemoryAllowance
  ) throws -> AutoencoderParts {
    guard folder.holds(configurationName) else {
      throw AutoencoderError.notAnAutoencoder(
        path: folder.path,
        reason: "\(configurationName) is missing, which says what \(folder.weightsName) reads and "
          + "makes")
    }
    let format = CircuitTracerFormat(
      folder: folder, file: try folder.safetensors(),
      keys: try BlockMapping(path: folder.file(configurationName)))
    return try format.parts(memory: &memory)
  }

  private func parts(memory: inout MemoryAllowance) throws -> AutoencoderParts {
    if let kind = try keys.text("model_kind"), kind != "transcoder_set" {
      throw keys.failure("model_kind is \"\(kind)\", only \"transcoder_set\" is implemented")
    }
    let stored = try tensor("W_enc")
    let decoder = try tensor("W_dec")
    for matrix in [stored, decoder] where matrix.shape.count != 2 {
      throw matrix.failure("shape \(matrix.shape), [M, D] expected")
    }
    let (latentCount, inputSize, outputSize) = (stored.shape[0], stored.shape[1], decoder.shape[1])
    return AutoencoderParts(
      inputSize: inputSize, latentCount: latentCount, activation: try activation(latentCount),
      subtractsDecoderBias: false, stated: try stated(),
      encoder: try stored.matrix(
        rows: latentCount, columns: inputSize, transposed: false, memory: &memory),
      encoderBias: try tensor("b_enc").vector(count: latentCount),
      decoder: try decoder.matrix(
        rows: latentCount, columns: outputSize, transposed: false, memory: &memory),
      decoderBias: try tensor("b_dec").vector(count: outputSize),
      skip: file.entries[Self.skipName] == nil
        ? nil
        : try tensor(Self.skipName).matrix(
          rows: outputSize, columns: inputSize, transposed: false, memory: &memory))
  }

  /// The hooks, which stand there without the block.
  private func stated() throws -> StatedSite? {
    guard let block = Self.block(ofFile: folder.weightsName) else { return nil }
    var hooks: [String] = []
    for name in ["feature_input_hook", "feature_output_hook"] {
      guard let hook = try keys.text(name) else {
        throw keys.failure("key \(name) is missing, such as \"mlp.hook_in\"")
      }
      hooks.append("blocks.\(block).\(hook)")
    }
    return try StatedSite(
      hook: hooks[0], output: hooks[1], path: keys.path, asked: folder.asked)
  }

  private func activation(_ latentCount: Int) throws -> LatentActivation {
    let (k, asked) = (try keys.count("top_k"), folder.options.activation)
    func refusal(_ reason: String) -> AutoencoderError {
      .configuration(path: folder.weightsPath, reason: reason)
    }
    guard file.entries["log_thresholds"] == nil else {
      throw try tensor("log_thresholds").failure("thresholds of this kind are not implemented")
    }
    if file.entries[Self.thresholdName] != nil {
      guard k == nil, folder.options.k == nil, asked == nil || asked == .jumpReLU else {
        throw refusal("the file holds \(Self.thresholdName), which is neither top-k nor ReLU")
      }
      return .jumpReLU(thresholds: try thresholds(latentCount))
    }
    switch asked {
    case nil where k == nil && folder.options.k == nil:
      throw refusal(
        "\(Self.configurationName) has no top_k: give it as k (--sae-k), 48 for the transcoders of "
          + "vlm-circuit-tracing, or \"relu\" as activation (--sae-activation), which is what "
          + "circuit-tracer does")
    case .relu:
      guard k == nil, folder.options.k == nil else {
        throw refusal("activation is given as \"relu\", and k is \(k ?? folder.options.k ?? 0)")
      }
      return .relu
    case nil, .topK:
      return .topK(try folder.k(saidBy: [(place: Self.configurationName, k: k)]))
    case .signedTopK, .jumpReLU:
      throw refusal(
        "activation is given as \"\(asked?.rawValue ?? "")\", \"topk\" or \"relu\" expected")
    }
  }

  /// θ [M]: p stays where p > θ, which below zero would be another function than JumpReLU.
  private func thresholds(_ latentCount: Int) throws -> [Float] {
    let stored = try tensor(Self.thresholdName)
    let values = try stored.vector(count: latentCount)
    if let place = values.firstIndex(where: { $0 < 0 }) {
      throw stored.failure("\(values[place]) at element \(place), 0 or more expected")
    }
    return values
  }

  private func tensor(_ name: String) throws -> StoredTensor {
    try file.stored(name, path: folder.weightsPath)
  }
}
