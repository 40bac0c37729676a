import Checkpoints

/// The autoencoders of MMDiff: `text-only_layer_N.pt`, a flat dictionary of the output of block N;
/// b_dec stays on the input. With `threshold` [M] a JumpReLU, else top-k, whose k has to be given.
struct MMDiffFormat: AutoencoderFormat {
  static let name = "mmdiff"
  static let marker = "text-only_layer_N.pt"
  static let weightsName = "text-only_layer_N.pt"
  static let options: Set<AutoencoderOptions.Name> = [.k]

  static func matches(_ holds: (_ name: String) -> Bool) -> Bool { false }

  static func isWeights(_ name: String) -> Bool { block(ofFile: name) != nil }

  static func block(ofFile name: String) -> Int? {
    BlockNumber.between("text-only_layer_", ".pt", in: name)
  }

  static func parts(
    of folder: AutoencoderFolder, memory: inout MemoryAllowance
  ) throws -> AutoencoderParts {
    let dictionary = FlatDictionary(archive: try folder.torchArchive())
    let hasThreshold = dictionary.holds("threshold")
    if hasThreshold, folder.options.k != nil {
      throw AutoencoderError.configuration(
        path: folder.weightsPath, reason: "k is given, and the file holds a threshold instead")
    }
    return try dictionary.parts(
      isTransposed: false, subtractsDecoderBias: false, stated: folder.stated, memory: &memory
    ) { latentCount throws in
      guard hasThreshold else { return .topK(try folder.k(saidBy: [("the file", nil)])) }
      return .jumpReLU(thresholds: try dictionary.tensor("threshold").vector(count: latentCount))
    }
  }
}
