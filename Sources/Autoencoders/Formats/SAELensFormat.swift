import Checkpoints
import JSON
import Tensors

/// SAELens: `cfg.json` and `sae_weights.safetensors`, as `SAE.load_from_disk` of SAELens 6 takes
/// them, keys of earlier releases included. Its transcoders make `d_out` numbers of another hook,
/// the skip ones adding x·W_skipᵀ of the input as it is; what they normalise at run time they do
/// not undo, since what they make is another tensor.
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
  private let inputScale: Float?

  static let options: Set<AutoencoderOptions.Name> = [.inputScale]

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
    inputScale = folder.options.inputScale
    configuration = try ConfigurationSection(path: folder.file("cfg.json"))
    path = folder.weightsPath
    file = try folder.safetensors()
  }

  private func parts(memory: inout MemoryAllowance) throws -> AutoencoderParts {
    try refuseWhatIsNotRead()
    let normalisation = try normalisation()
    let (inputSize, latentCount) = (
      try configuration.count("d_in"), try configuration.count("d_sae")
    )
    let isGated = architecture == "gated"
    let activation = try activation(latentCount: latentCount)
    let stated = try stated()
    let outputSize = isTranscoder ? try configuration.count("d_out") : inputSize
    let encoder = try tensor("W_enc").matrix(
      rows: latentCount, columns: inputSize, transposed: true, memory: &memory)
    let decoder = try tensor("W_dec").matrix(
      rows: latentCount, columns: outputSize, transposed: false, memory: &memory)
    var parts = AutoencoderParts(
      inputSize: inputSize, latentCount: latentCount, activation: activation,
      subtractsDecoderBias: try subtractsDecoderBias(), stated: stated,
      encoder: encoder,
      encoderBias: isGated ? [] : try tensor("b_enc").vector(count: latentCount),
      decoder: decoder, decoderBias: try tensor("b_dec").vector(count: outputSize),
      skip: hasSkip
        ? try tensor("W_skip").matrix(
          rows: outputSize, columns: inputSize, transposed: false, memory: &memory) : nil,
      normalisation: normalisation, undoesNormalisation: !isTranscoder)
    if isGated {
      try parts.foldGate(
        try tensor("b_gate").vector(count: latentCount),
        magnitude: try tensor("b_mag").vector(count: latentCount),
        logScale: try tensor("r_mag").vector(count: latentCount), memory: &memory, path: path)
    }
    if let inputScale { try parts.foldInputScale(inputScale, memory: &memory, path: path) }
    if configuration.flag("rescale_acts_by_decoder_norm") == true, parts.activation.k != nil {
      try parts.foldDecoderNorms(memory: &memory, path: path)
    }
    return parts
  }

  private var architecture: String? { configuration.text("architecture") }
  private var isTranscoder: Bool { architecture?.hasSuffix("transcoder") ?? false }
  private var hasSkip: Bool { architecture?.hasSuffix("skip_transcoder") ?? false }

  /// The place of its hook, or of both its hooks; by the name of transformers' module where there
  /// is one, since some of TransformerLens' names are other tensors in other versions of it.
  private func stated() throws -> StatedSite? {
    let metadata = configuration.section("metadata")
    func hook(_ suffix: String) -> String? {
      let names = ["hf_hook_name", "hook_name"].map { $0 + suffix }
      let given = names.flatMap { [metadata.text($0), configuration.text($0)] }.compactMap(\.self)
      return given.first { SiteName($0).isPlace } ?? given.last
    }
    guard let input = hook("") ?? configuration.text("hook_point") else { return nil }
    let output = isTranscoder ? hook("_out") : nil
    guard !isTranscoder || output != nil else {
      throw configuration.failure(
        "hook_name is \"\(input)\", and no hook_name_out says what the transcoder makes")
    }
    return try StatedSite(hook: input, output: output, path: configuration.path, asked: asked)
  }

  /// A transcoder takes no bias of another place off its input.
  private func subtractsDecoderBias() throws -> Bool {
    guard isTranscoder else { return configuration.flag("apply_b_dec_to_input") ?? true }
    guard configuration.flag("apply_b_dec_to_input") != true else {
      throw configuration.failure("apply_b_dec_to_input is true, which no transcoder may be")
    }
    return false
  }

  private func activation(latentCount: Int) throws -> LatentActivation {
    let function = configuration.text("activation_fn_str") ?? configuration.text("activation_fn")
    let old = configuration.section("activation_fn_kwargs")
    let isOldTopK = function == "topk" && old.object.present("k") != nil
    let architecture = isOldTopK ? "topk" : self.architecture ?? "standard"
    switch architecture {
    case "standard" where function == nil || function == "relu": return .relu
    case "standard":
      throw configuration.failure("activation function \"\(function ?? "")\" is not implemented")
    case "topk": return .topK(try (isOldTopK ? old : configuration).count("k"))
    case "abstopk": return .absoluteTopK(try configuration.count("k"))
    case "jumprelu", "jumprelu_transcoder", "jumprelu_skip_transcoder":
      return .jumpReLU(thresholds: try thresholds(latentCount))
    // Its thresholds follow from its gates.
    case "gated" where function == nil || function == "relu": return .relu
    case "transcoder", "skip_transcoder": return .relu
    default:
      throw configuration.failure(
        "architecture \"\(architecture)\" is not implemented; standard, topk, abstopk, jumprelu, "
          + "gated, transcoder, skip_transcoder, jumprelu_transcoder and "
          + "jumprelu_skip_transcoder are")
    }
  }

  /// θ [M]; files from before it was kept hold its logarithm.
  private func thresholds(_ latentCount: Int) throws -> [Float] {
    guard file.entries["threshold"] == nil, file.entries["log_threshold"] != nil else {
      return try tensor("threshold").vector(count: latentCount)
    }
    return try tensor("log_threshold").exponentials(count: latentCount)
  }

  /// The normalisation at run time. That by the expected norm is none: its factor is folded into
  /// the weights, and has to be given.
  private func normalisation() throws -> InputNormalisation {
    let value = configuration.object.present("normalize_activations")
    let isFolded = value == .bool(true) || value == .string("expected_average_only_in")
    guard inputScale == nil || isFolded else {
      throw configuration.failure(
        "inputScale is given, and normalize_activations is \(value?.summary ?? "none"): only "
          + "\"expected_average_only_in\" takes a factor")
    }
    switch value {
    case nil, .bool(false): return .none
    case .string(let name):
      if let known = InputNormalisation(rawValue: name) { return known }
    default: break
    }
    guard isFolded else {
      throw configuration.failure(
        "normalize_activations is \(value?.summary ?? ""), which is not implemented; "
          + "\"none\", \"expected_average_only_in\", \"constant_norm_rescale\" and "
          + "\"layer_norm\" are")
    }
    guard inputScale != nil else {
      throw configuration.failure(
        "normalize_activations is \"expected_average_only_in\", and the folder does not hold its "
          + "factor: give it as inputScale (--sae-input-scale), or fold it into the weights first "
          + "(fold_activation_norm_scaling_factor)")
    }
    return .none
  }

  /// What would make other numbers than the library's.
  private func refuseWhatIsNotRead() throws {
    // "hook_z" lays the heads beside each other, which is how they are read here.
    let reshape = configuration.text("reshape_activations") ?? "none"
    guard ["none", "hook_z"].contains(reshape) else {
      throw configuration.failure(
        "reshape_activations is \"\(reshape)\", only \"none\" and \"hook_z\" are read")
    }
    if configuration.flag("finetuning_scaling_factor") == true {
      throw configuration.failure("finetuning_scaling_factor is true, only false is implemented")
    }
  }

  private func tensor(_ name: String) throws -> StoredTensor {
    try file.stored(name, path: path)
  }
}
