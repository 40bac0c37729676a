import Checkpoints
import Tensors

/// dictionary_learning: `ae.pt` and `config.json`, as its `load_dictionary` takes them.
///
/// `encoder.weight` [M, D] is mapped, `decoder.weight` [D, M] turned round in memory once, or the
/// other way where PyTorch kept them as views; `AutoEncoder` has its decoder's norms folded, as the
/// library does on loading.
struct DictionaryLearningFormat: AutoencoderFormat {
  static let name = "dictionary_learning"
  static let marker = "ae.pt"
  static let weightsName = "ae.pt"

  private let archive: TorchArchive
  private let trainer: ConfigurationSection
  private let path: String
  private let asked: String?

  static func parts(
    of folder: AutoencoderFolder, memory: inout MemoryAllowance
  ) throws -> AutoencoderParts {
    try DictionaryLearningFormat(folder: folder).parts(memory: &memory)
  }

  private init(folder: AutoencoderFolder) throws {
    let zip = try folder.zip()
    asked = folder.asked
    trainer = try ConfigurationSection(path: folder.file("config.json")).section("trainer")
    archive = try TorchArchive(zip: zip)
    path = folder.weightsPath
  }

  private func parts(memory: inout MemoryAllowance) throws -> AutoencoderParts {
    guard let kind = trainer.text("dict_class") else {
      throw trainer.failure("key trainer.dict_class is missing")
    }
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
    case "JumpReluAutoEncoder": return try jumpReLU(memory: &memory)
    default:
      throw trainer.failure(
        "dict_class \"\(kind)\" is not implemented; AutoEncoder, AutoEncoderNew, AutoEncoderTopK, "
          + "BatchTopKSAE and JumpReluAutoEncoder are")
    }
  }

  private func linear(
    bias: String, subtracts: Bool, memory: inout MemoryAllowance,
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
      encoderBias: try archive.tensor("encoder.bias").vector(count: latentCount),
      decoder: try archive.tensor("decoder.weight").matrix(
        rows: latentCount, columns: inputSize, transposed: true, memory: &memory),
      decoderBias: try archive.tensor(bias).vector(count: inputSize))
  }

  private func jumpReLU(memory: inout MemoryAllowance) throws -> AutoencoderParts {
    let stored = try archive.tensor("W_enc")
    guard stored.shape.count == 2 else { throw stored.failure("shape \(stored.shape)") }
    let (inputSize, latentCount) = (stored.shape[0], stored.shape[1])
    return AutoencoderParts(
      inputSize: inputSize, latentCount: latentCount,
      activation: .jumpReLU(thresholds: try archive.tensor("threshold").vector(count: latentCount)),
      subtractsDecoderBias: false, stated: try stated(),
      encoder: try stored.matrix(
        rows: latentCount, columns: inputSize, transposed: true, memory: &memory),
      encoderBias: try archive.tensor("b_enc").vector(count: latentCount),
      decoder: try archive.tensor("W_dec").matrix(
        rows: latentCount, columns: inputSize, transposed: false, memory: &memory),
      decoderBias: try archive.tensor("b_dec").vector(count: inputSize))
  }

  /// The library leaves a decoder alone whose norms are all 1 within PyTorch's `allclose`.
  private func foldNorms(
    _ parts: inout AutoencoderParts, memory: inout MemoryAllowance
  ) throws {
    let isUnit = stride(from: 0, to: parts.latentCount, by: 1_024).allSatisfy { first in
      parts.decoder.slice(rows: first..<min(parts.latentCount, first + 1_024)).floats().rowNorms()
        .allSatisfy { abs($0 - 1) <= 1e-8 + 1e-5 }
    }
    if !isUnit { try parts.foldDecoderNorms(memory: &memory, path: path) }
  }

  /// The number of the file, which the configuration must not contradict.
  private func k() throws -> Int {
    let k = try trainer.count("k")
    guard archive.holds("k") else { return k }
    let stored = try archive.tensor("k").integer()
    guard stored == k else {
      throw trainer.failure("key trainer.k is \(k), the weights say \(stored)")
    }
    return k
  }

  private func stated() throws -> StatedSite? {
    guard let name = trainer.text("submodule_name") else { return nil }
    return try StatedSite(hook: name, path: trainer.path, asked: asked)
  }
}
