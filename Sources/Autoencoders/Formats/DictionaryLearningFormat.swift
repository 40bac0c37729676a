import Checkpoints
import Tensors

/// dictionary_learning: `ae.pt` or `ae_STEP.pt`, and `config.json` as its `load_dictionary` takes
/// it. Without a configuration the names of the tensors say which class it is; where they are those
/// of two, of top-k and of batch top-k, `activation` has to be given.
///
/// `encoder.weight` [M, D] is mapped, `decoder.weight` [D, M] turned round in memory once, or the
/// other way where PyTorch kept them as views; `AutoEncoder` has its decoder's norms folded, as the
/// library does on loading.
struct DictionaryLearningFormat: AutoencoderFormat {
  static let name = "dictionary_learning"
  static let marker = "ae.pt"
  static let weightsName = "ae.pt"
  static let options: Set<AutoencoderOptions.Name> = [.k, .activation]

  private let archive: TorchArchive
  /// Nil without a configuration.
  private let trainer: ConfigurationSection?
  private let path: String
  private let asked: String?
  private let options: AutoencoderOptions
  private let folderSite: StatedSite?

  /// `ae_100000.pt`: what was saved on the way.
  static func isWeights(_ name: String) -> Bool {
    guard name.hasPrefix("ae_"), name.hasSuffix(".pt") else { return false }
    let digits = name.dropFirst(3).dropLast(3)
    return !digits.isEmpty && digits.allSatisfy { $0.isASCII && $0.isNumber }
  }

  static func parts(
    of folder: AutoencoderFolder, memory: inout MemoryAllowance
  ) throws -> AutoencoderParts {
    try DictionaryLearningFormat(folder: folder).parts(memory: &memory)
  }

  private init(folder: AutoencoderFolder) throws {
    archive = try folder.torchArchive()
    (asked, options, folderSite) = (folder.asked, folder.options, folder.stated)
    trainer =
      folder.holds("config.json")
      ? try ConfigurationSection(path: folder.file("config.json")).section("trainer") : nil
    path = folder.weightsPath
  }

  private func parts(memory: inout MemoryAllowance) throws -> AutoencoderParts {
    let kind = try kind()
    let takesK = kind == "AutoEncoderTopK" && (trainer == nil || options.k != nil)
    guard options.k == nil || takesK else { throw failure("k is given, and \(kind) takes none") }
    switch kind {
    case "AutoEncoder":
      var parts = try linear(bias: "bias", subtracts: true, memory: &memory) { _ in .relu }
      try foldNorms(&parts, memory: &memory)
      return parts
    case "AutoEncoderNew":
      return try linear(bias: "decoder.bias", subtracts: false, memory: &memory) { _ in .relu }
    case "AutoEncoderTopK":
      let k = try self.k()
      return try linear(bias: "b_dec", subtracts: true, memory: &memory) { _ in .topK(k) }
    case "BatchTopKSAE":
      let threshold = try archive.tensor("threshold")
      return try linear(bias: "b_dec", subtracts: true, memory: &memory) {
        latentCount throws in
        .jumpReLU(thresholds: try threshold.vector(count: latentCount, repeats: true))
      }
    case "JumpReluAutoEncoder": return try flat(subtracts: false, memory: &memory)
    // The first spelling is the library's, the second that of a copy in use.
    case "MatryoshkaBatchTopKSAE", "MatroyshkaBatchTopKSAE":
      return try flat(subtracts: true, memory: &memory)
    case "GatedAutoEncoder": return try gated(memory: &memory)
    default:
      throw failure(
        "dict_class \"\(kind)\" is not implemented; AutoEncoder, AutoEncoderNew, AutoEncoderTopK, "
          + "BatchTopKSAE, MatryoshkaBatchTopKSAE, GatedAutoEncoder and JumpReluAutoEncoder are")
    }
  }

  /// The class that wrote the file.
  private func kind() throws -> String {
    if let trainer {
      guard let kind = trainer.text("dict_class") else {
        throw trainer.failure("key trainer.dict_class is missing")
      }
      if let activation = options.activation {
        throw failure(
          "activation is given as \"\(activation.rawValue)\", and config.json says \"\(kind)\"")
      }
      return kind
    }
    if archive.holds("W_enc") {
      return archive.holds("group_sizes") ? "MatryoshkaBatchTopKSAE" : "JumpReluAutoEncoder"
    }
    if archive.holds("r_mag") { return "GatedAutoEncoder" }
    if archive.holds("bias") { return "AutoEncoder" }
    if archive.holds("decoder.bias") { return "AutoEncoderNew" }
    guard archive.holds("b_dec") else {
      throw failure(
        "its tensors are those of no class that is read: "
          + archive.names.prefix(12).joined(separator: ", "))
    }
    guard archive.holds("threshold") else { return "AutoEncoderTopK" }
    switch options.activation {
    case .topK: return "AutoEncoderTopK"
    case .jumpReLU: return "BatchTopKSAE"
    case nil, .signedTopK, .relu:
      throw failure(
        "without config.json its tensors are those of AutoEncoderTopK and of BatchTopKSAE: give "
          + "activation (--sae-activation) as \"topk\" for the first or \"jumprelu\", by the "
          + "threshold of the file, for the second")
    }
  }

  private func failure(_ reason: String) -> AutoencoderError {
    .configuration(path: trainer?.path ?? path, reason: reason)
  }

  private func gated(memory: inout MemoryAllowance) throws -> AutoencoderParts {
    var parts = try linear(
      bias: "decoder_bias", encoderBias: nil, subtracts: true, memory: &memory
    ) { _ in .relu }
    func vector(_ name: String) throws -> [Float] {
      try archive.tensor(name).vector(count: parts.latentCount)
    }
    try parts.foldGate(
      try vector("gate_bias"), magnitude: try vector("mag_bias"), logScale: try vector("r_mag"),
      memory: &memory, path: path)
    return parts
  }

  private func linear(
    bias: String, encoderBias: String? = "encoder.bias", subtracts: Bool,
    memory: inout MemoryAllowance,
    activation: (Int) throws -> LatentActivation
  ) throws -> AutoencoderParts {
    let stored = try archive.tensor("encoder.weight")
    guard stored.shape.count == 2 else { throw stored.failure("shape \(stored.shape)") }
    let (latentCount, inputSize) = (stored.shape[0], stored.shape[1])
    return AutoencoderParts(
      inputSize: inputSize, latentCount: latentCount, activation: try activation(latentCount),
      subtractsDecoderBias: subtracts, stated: try stated(),
      encoder: try stored.matrix(
        rows: latentCount, columns: inputSize, transposed: false, memory: &memory),
      encoderBias: try encoderBias.map { try archive.tensor($0).vector(count: latentCount) } ?? [],
      decoder: try archive.tensor("decoder.weight").matrix(
        rows: latentCount, columns: inputSize, transposed: true, memory: &memory),
      decoderBias: try archive.tensor(bias).vector(count: inputSize))
  }

  /// Those that keep plain matrices, with a threshold for each latent or one for all.
  private func flat(subtracts: Bool, memory: inout MemoryAllowance) throws -> AutoencoderParts {
    try FlatDictionary(archive: archive).parts(
      isTransposed: false, subtractsDecoderBias: subtracts, stated: try stated(), memory: &memory
    ) { latentCount throws in
      .jumpReLU(
        thresholds: try archive.tensor("threshold").vector(count: latentCount, repeats: subtracts))
    }
  }

  /// The library leaves a decoder alone whose norms are all 1 within PyTorch's `allclose`.
  private func foldNorms(
    _ parts: inout AutoencoderParts, memory: inout MemoryAllowance
  ) throws {
    let isUnit = parts.decoderNorms().allSatisfy { abs($0 - 1) <= 1e-8 + 1e-5 }
    if !isUnit { try parts.foldDecoderNorms(memory: &memory, path: path) }
  }

  /// The number of the file, which the configuration must not contradict.
  private func k() throws -> Int {
    let stored = archive.holds("k") ? try archive.tensor("k").integer() : nil
    let configured = try trainer?.count("k")
    guard let k = configured ?? stored ?? options.k else {
      throw failure("neither config.json nor the weights say k: give it (--sae-k)")
    }
    if let stored, stored != k {
      throw failure("key trainer.k is \(k), the weights say \(stored)")
    }
    if let asked = options.k, asked != k {
      throw failure("k is given as \(asked), the files say \(k)")
    }
    return k
  }

  private func stated() throws -> StatedSite? {
    guard let trainer, let name = trainer.text("submodule_name") else {
      try folderSite?.require(path: path, asked: asked)
      return folderSite
    }
    return try StatedSite(hook: name, path: trainer.path, asked: asked)
  }
}
