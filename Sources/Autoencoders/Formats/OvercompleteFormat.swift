import Checkpoints
import Tensors

/// overcomplete: the state dict of its `TopKSAE` with a linear encoder, in a file of PyTorch's of
/// any name. z = TopK(ReLU(W_enc·x + b_enc)), x̂ = z·W_dec with rows of norm 1, no other bias.
///
/// Neither k nor the site lies in the file: both have to be given. A normalisation of batches
/// behind the encoder is, in use, a factor and a shift for each latent, and is taken into the
/// weights.
struct OvercompleteFormat: AutoencoderFormat {
  static let name = "overcomplete"
  static let marker = "….pt"
  static let weightsName = "….pt"
  static let options: Set<AutoencoderOptions.Name> = [.k]

  static func matches(_ holds: (_ name: String) -> Bool) -> Bool { false }

  static func parts(
    of folder: AutoencoderFolder, memory: inout MemoryAllowance
  ) throws -> AutoencoderParts {
    let archive = try folder.torchArchive()
    try refuseOthers(archive, path: folder.weightsPath)
    let stored = try archive.tensor("encoder.final_block.0.weight")
    guard stored.shape.count == 2 else {
      throw stored.failure("shape \(stored.shape), [M, D] expected")
    }
    let (latentCount, inputSize) = (stored.shape[0], stored.shape[1])
    var parts = AutoencoderParts(
      inputSize: inputSize, latentCount: latentCount,
      activation: .topK(try folder.k(saidBy: [("the file", nil)])), subtractsDecoderBias: false,
      stated: folder.stated,
      encoder: try stored.matrix(
        rows: latentCount, columns: inputSize, transposed: false, memory: &memory),
      encoderBias: try archive.tensor("encoder.final_block.0.bias").vector(count: latentCount),
      decoder: try archive.tensor("dictionary._weights").matrix(
        rows: latentCount, columns: inputSize, transposed: false, memory: &memory),
      decoderBias: Array(repeating: 0, count: inputSize))
    let path = folder.weightsPath
    if archive.holds("encoder.final_block.1.running_mean") {
      try foldBatchNorm(archive, into: &parts, memory: &memory, path: path)
    } else if archive.holds("encoder.final_block.1.weight") {
      throw CheckpointError.tensor(
        path: path, name: "encoder.final_block.1.weight",
        reason: "a normalisation of layers behind the encoder, which is not implemented")
    }
    let logarithm = try archive.tensor("dictionary.multiplier")
    try parts.setDecoderNorms(
      try logarithm.exponentials(count: 1)[0], memory: &memory, path: path)
    return parts
  }

  private static func refuseOthers(_ archive: TorchArchive, path: String) throws {
    let known = ["encoder.final_block.0.", "encoder.final_block.1.", "dictionary."]
    if let other = archive.names.first(where: { name in
      !known.contains(where: name.hasPrefix) && name.contains(".")
    }) {
      throw CheckpointError.tensor(
        path: path, name: other,
        reason: "not one of a TopKSAE of overcomplete with a linear encoder, the kind of file that "
          + "is read under this name")
    }
  }

  /// y = (π − mean) / √(variance + 1e-5) · weight + bias, as PyTorch's BatchNorm1d in use.
  private static func foldBatchNorm(
    _ archive: TorchArchive, into parts: inout AutoencoderParts, memory: inout MemoryAllowance,
    path: String
  ) throws {
    func vector(_ name: String) throws -> [Float] {
      try archive.tensor("encoder.final_block.1.\(name)").vector(count: parts.latentCount)
    }
    let (means, variances) = (try vector("running_mean"), try vector("running_var"))
    let (weights, biases) = (try vector("weight"), try vector("bias"))
    let scales = zip(weights, variances).map { $0 / ($1 + 1e-5).squareRoot() }
    try parts.scaleEncoder(scales, memory: &memory, path: path)
    for latent in 0..<parts.latentCount {
      parts.encoderBias[latent] += biases[latent] - means[latent] * scales[latent]
    }
  }
}
