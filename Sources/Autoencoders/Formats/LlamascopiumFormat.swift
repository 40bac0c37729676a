import Checkpoints
import Tensors

/// Llamascopium: `config.json` and `sae_weights.safetensors`; ReLU, JumpReLU or top-k, `b_D` not
/// taken off the input. Where `hook_point_out` is not `hook_point_in` it is a transcoder.
///
/// With `norm_activation` "dataset-wise", activations are multiplied by √D / their mean norm, which
/// lies among the weights; a folder saved for use has that in its weights ("inference"). With
/// `sparsity_include_decoder_norm` the activation function sees pre-activations times the norms of
/// the decoder's rows, and values are divided by them again. For top-k that is done once to the
/// weights, whose rows then have norm 1: activations are the library's times those norms.
struct LlamascopiumFormat: AutoencoderFormat {
  static let name = "llamascopium"
  static let marker = "config.json"
  static let weightsName = "sae_weights.safetensors"

  private let keys: ConfigurationSection
  private let file: SafetensorsFile
  private let path: String

  static func matches(_ holds: (_ name: String) -> Bool) -> Bool {
    holds(marker) && holds(weightsName) && !holds(SAELensFormat.marker)
  }

  static func parts(
    of folder: AutoencoderFolder, memory: inout MemoryAllowance
  ) throws -> AutoencoderParts {
    let keys = try ConfigurationSection(path: folder.file(marker))
    let format = LlamascopiumFormat(
      keys: keys, file: try folder.safetensors(), path: folder.weightsPath)
    return try format.parts(
      stated: try StatedSite(section: keys, asked: folder.asked), memory: &memory)
  }

  private func parts(
    stated: StatedSite, memory: inout MemoryAllowance
  ) throws -> AutoencoderParts {
    if let kind = keys.text("sae_type"), kind != "sae" {
      throw keys.failure("sae_type is \"\(kind)\", only \"sae\" is implemented")
    }
    if keys.flag("use_glu_encoder") == true {
      throw keys.failure("use_glu_encoder is true, only false is implemented")
    }
    let inputSize = try keys.count("d_model")
    let stored = try tensor("W_E")
    guard stored.shape.count == 2 else {
      throw stored.failure("shape \(stored.shape), [D, M] expected")
    }
    let latentCount = stored.shape[1]
    let hasBias = keys.flag("use_decoder_bias") ?? true
    var parts = AutoencoderParts(
      inputSize: inputSize, latentCount: latentCount, activation: try activation(latentCount),
      subtractsDecoderBias: false, stated: stated,
      encoder: try stored.matrix(
        rows: latentCount, columns: inputSize, transposed: true, memory: &memory),
      encoderBias: try tensor("b_E").vector(count: latentCount),
      decoder: try tensor("W_D").matrix(
        rows: latentCount, columns: inputSize, transposed: false, memory: &memory),
      decoderBias: hasBias
        ? try tensor("b_D").vector(count: inputSize) : Array(repeating: 0, count: inputSize))
    if keys.flag("sparsity_include_decoder_norm") ?? true {
      try includeDecoderNorms(&parts, memory: &memory)
    }
    if let inputScale = try scale("hook_point_in", inputSize) {
      let outputScale = try scale("hook_point_out", inputSize)
      try parts.foldInputScale(
        inputScale, outputScale: outputScale, memory: &memory, path: path)
    }
    return parts
  }

  private func activation(_ latentCount: Int) throws -> LatentActivation {
    switch keys.text("act_fn") ?? "relu" {
    case "relu": return .relu
    case "topk": return .topK(try keys.count("top_k"))
    case "jumprelu":
      // The library learns the logarithm, and saves that.
      let logarithms = try tensor("activation_function.log_jumprelu_threshold")
      return .jumpReLU(thresholds: try logarithms.exponentials(count: latentCount))
    case let other:
      throw keys.failure("act_fn is \"\(other)\"; relu, jumprelu and topk are implemented")
    }
  }

  /// A threshold on pre-activation times norm is one divided by the norm on the pre-activation.
  private func includeDecoderNorms(
    _ parts: inout AutoencoderParts, memory: inout MemoryAllowance
  ) throws {
    switch parts.activation {
    case .jumpReLU(let thresholds):
      parts.activation = .jumpReLU(
        thresholds: zip(thresholds, parts.decoderNorms()).map { $0 / max($1, 1e-8) })
    case .topK:
      try parts.foldDecoderNorms(memory: &memory, path: path)
      parts.notes.append(
        "its activations are the library's times the norm of their direction, whose norm is 1")
    case .relu, .signedTopK, .absoluteTopK: break
    }
  }

  /// What activations at a hook are multiplied by.
  private func scale(_ hook: String, _ inputSize: Int) throws -> Float? {
    switch keys.text("norm_activation") ?? "dataset-wise" {
    case "inference": return nil
    case "dataset-wise":
      let place = keys.text(hook) ?? keys.text("hook_point_in") ?? ""
      let name = "dataset_average_activation_norm.\(place)"
      let stored = try tensor(name)
      let norm = try stored.vector(count: 1, repeats: true)[0]
      guard norm > 0 else { throw stored.failure("\(norm), a norm above zero expected") }
      return Float(Double(inputSize).squareRoot() / Double(norm))
    case let other:
      throw keys.failure(
        "norm_activation is \"\(other)\", only \"inference\" and \"dataset-wise\" are implemented")
    }
  }

  private func tensor(_ name: String) throws -> StoredTensor { try file.stored(name, path: path) }
}
