import Checkpoints
import JSON
import Tensors

/// SAELens: `cfg.json` and `sae_weights.safetensors`, as `SAE.load_from_disk` of SAELens 6 takes
/// them, keys of earlier releases included.
///
/// `W_enc` is stored [D, M] and turned round in memory once; `W_dec` [M, D] is mapped.
struct SAELensFormat: AutoencoderFormat {
  static let name = "saelens"
  static let marker = "cfg.json"
  static let weightsName = "sae_weights.safetensors"

  private let configuration: ConfigurationSection
  private let file: SafetensorsFile
  private let path: String
  private let asked: String?

  /// A folder that holds sparsify's weights too is sparsify's.
  static func matches(_ holds: (_ name: String) -> Bool) -> Bool {
    holds(marker) && holds(weightsName) && !holds(SparsifyFormat.weightsName)
  }

  static func parts(
    of folder: AutoencoderFolder, memory: inout MemoryAllowance
  ) throws -> AutoencoderParts {
    try SAELensFormat(folder: folder).parts(memory: &memory)
  }

  private init(folder: AutoencoderFolder) throws {
    asked = folder.asked
    configuration = try ConfigurationSection(path: folder.file("cfg.json"))
    path = folder.weightsPath
    file = try folder.safetensors()
  }

  private func parts(memory: inout MemoryAllowance) throws -> AutoencoderParts {
    try refuseWhatIsNotRead()
    let (inputSize, latentCount) = (
      try configuration.count("d_in"), try configuration.count("d_sae")
    )
    let activation = try activation(latentCount: latentCount)
    let hook =
      configuration.section("metadata").text("hook_name") ?? configuration.text("hook_name")
      ?? configuration.text("hook_point")
    var stated: StatedSite?
    if let hook { stated = try StatedSite(hook: hook, path: configuration.path, asked: asked) }
    let encoder = try tensor("W_enc").matrix(
      rows: latentCount, columns: inputSize, transposed: true, memory: &memory)
    let decoder = try tensor("W_dec").matrix(
      rows: latentCount, columns: inputSize, transposed: false, memory: &memory)
    var parts = AutoencoderParts(
      inputSize: inputSize, latentCount: latentCount, activation: activation,
      subtractsDecoderBias: configuration.flag("apply_b_dec_to_input") ?? true, stated: stated,
      encoder: encoder, encoderBias: try tensor("b_enc").vector(count: latentCount),
      decoder: decoder,
      decoderBias: try tensor("b_dec").vector(count: inputSize))
    if configuration.flag("rescale_acts_by_decoder_norm") == true {
      try parts.foldDecoderNorms(memory: &memory, path: path)
    }
    return parts
  }

  private func activation(latentCount: Int) throws -> LatentActivation {
    let function = configuration.text("activation_fn_str") ?? configuration.text("activation_fn")
    let old = configuration.section("activation_fn_kwargs")
    let isOldTopK = function == "topk" && old.object.present("k") != nil
    let architecture = isOldTopK ? "topk" : configuration.text("architecture") ?? "standard"
    switch architecture {
    case "standard" where function == nil || function == "relu": return .relu
    case "standard":
      throw configuration.failure("activation function \"\(function ?? "")\" is not implemented")
    case "topk": return .topK(try (isOldTopK ? old : configuration).count("k"))
    case "jumprelu":
      return .jumpReLU(thresholds: try tensor("threshold").vector(count: latentCount))
    default:
      throw configuration.failure(
        "architecture \"\(architecture)\" is not implemented; standard, topk and jumprelu are")
    }
  }

  /// What would make other numbers than the library's.
  private func refuseWhatIsNotRead() throws {
    switch configuration.object.present("normalize_activations") {
    case nil, .string("none"), .bool(false): break
    case .string("expected_average_only_in"), .bool(true):
      throw configuration.failure(
        "normalize_activations is \"expected_average_only_in\", and the folder does not hold its "
          + "factor: fold it into the weights first (fold_activation_norm_scaling_factor)")
    case .some(let other):
      throw configuration.failure(
        "normalize_activations is \(other.summary), only \"none\" is implemented: with it a "
          + "reconstruction would not be linear in the code")
    }
    if let reshape = configuration.text("reshape_activations"), reshape != "none" {
      throw configuration.failure("reshape_activations is \"\(reshape)\", only \"none\" is read")
    }
    if configuration.flag("finetuning_scaling_factor") == true {
      throw configuration.failure("finetuning_scaling_factor is true, only false is implemented")
    }
  }

  private func tensor(_ name: String) throws -> StoredTensor {
    func failure(_ reason: String) -> CheckpointError {
      .tensor(path: path, name: name, reason: reason)
    }
    do {
      let entry = try file.entry(name)
      let isMatrix = entry.shape.count == 2
      let (rows, columns) = isMatrix ? (entry.shape[0], entry.shape[1]) : (1, entry.count)
      guard let type = entry.type.scalarType else {
        throw failure("type \(entry.type.rawValue), F32, F16 or BF16 expected")
      }
      let weights = try WeightMatrix(
        file: file.file, byteOffset: entry.byteOffset, type: type, rows: rows, columns: columns)
      return StoredTensor(
        path: path, name: name, shape: entry.shape, isColumnMajor: false,
        elements: .weights(weights))
    } catch CheckpointError.tensor(let path, let name, let reason) {
      throw CheckpointError.tensor(path: path, name: name, reason: reason)
    } catch {
      throw failure("\(error)")
    }
  }
}
