import Checkpoints
import Tensors

/// What a reader makes of a file: everything an autoencoder is, before it is checked as a whole.
struct AutoencoderParts {
  var inputSize: Int
  var latentCount: Int
  var activation: LatentActivation
  var subtractsDecoderBias: Bool
  /// The place that the configuration names.
  var stated: StatedSite?
  /// [M, D]
  var encoder: WeightMatrix
  var encoderBias: [Float]
  /// [M, D]
  var decoder: WeightMatrix
  var decoderBias: [Float]

  /// Makes decoder rows of norm 1 and moves their norms into the encoder, which leaves the
  /// reconstruction as it is; both become float32 in memory.
  mutating func foldDecoderNorms(
    memory: inout MemoryAllowance, path: String
  ) throws(CheckpointError) {
    for weights in [encoder, decoder] where weights.isMapped {
      try memory.take(4 * weights.rows * weights.columns, for: path)
    }
    var (directions, readers) = (decoder.floats(), encoder.floats())
    let norms = directions.rowNorms().map { max($0, 1e-8) }
    for (row, norm) in norms.enumerated() {
      directions.setRow(row, directions.row(row).map { $0 / norm })
      readers.setRow(row, readers.row(row).map { $0 * norm })
      encoderBias[row] *= norm
    }
    decoder = WeightMatrix(directions)
    encoder = WeightMatrix(readers)
  }
}
