import Checkpoints
import Glibc
import Tensors

/// What a reader makes of a file: everything an autoencoder is, before it is checked as a whole.
struct AutoencoderParts {
  var inputSize: Int
  var latentCount: Int
  var activation: LatentActivation
  var subtractsDecoderBias: Bool
  /// The places that the configuration names.
  var stated: StatedSite?
  /// [M, D]
  var encoder: WeightMatrix
  var encoderBias: [Float]
  /// [M, D_out]
  var decoder: WeightMatrix
  var decoderBias: [Float]
  /// [D_out, D]
  var skip: WeightMatrix?
  var normalisation = InputNormalisation.none
  /// Whether what is decoded is in the normalised scale of the input, and brought back from it.
  var undoesNormalisation = true
  /// What was taken from elsewhere than the numbers of the files, in sentences for people.
  var notes: [String] = []

  /// Refuses what is said to make what it reads, and is not as wide.
  func requireOneWidth() throws(AutoencoderError) {
    guard let stated, stated.isOfOnePlace, decoder.columns != inputSize else { return }
    throw .mismatch(
      what: "the width of the decoder at \(stated.name)", found: decoder.columns,
      expected: inputSize)
  }

  /// Makes decoder rows of norm 1 and moves their norms into the encoder, which leaves the
  /// reconstruction as it is; both become float32 in memory.
  mutating func foldDecoderNorms(
    memory: inout MemoryAllowance, path: String
  ) throws(CheckpointError) {
    try takeIntoMemory([encoder, decoder], memory: &memory, path: path)
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

  /// Takes into the weights that the autoencoder reads activations times `scale`, and that what it
  /// decodes is divided by it, or by a transcoder's `outputScale`; both become float32 in memory.
  mutating func foldInputScale(
    _ scale: Float, outputScale: Float? = nil, memory: inout MemoryAllowance, path: String
  ) throws(CheckpointError) {
    let outputScale = outputScale ?? scale
    guard scale != 1 || outputScale != 1 else { return }
    try takeIntoMemory([encoder, decoder], memory: &memory, path: path)
    encoder = WeightMatrix(encoder.floats().scaled(by: scale))
    decoder = WeightMatrix(decoder.floats().divided(by: outputScale))
    decoderBias = decoderBias.map { $0 / outputScale }
  }

  /// Turns a gated autoencoder into the JumpReLU one that it is: of π = W_enc·x, a latent is active
  /// where π + gate > 0 and has the value e^r·π + magnitude, which is above its value at that edge
  /// there and nowhere else. The encoder becomes float32 in memory.
  ///
  /// Source: "Improving Dictionary Learning with Gated Sparse Autoencoders" (arXiv 2404.16014),
  /// section 3.2, weight sharing.
  mutating func foldGate(
    _ gate: [Float], magnitude: [Float], logScale: [Float], memory: inout MemoryAllowance,
    path: String
  ) throws(CheckpointError) {
    let scales = logScale.map(exp)
    encoderBias = Array(repeating: 0, count: latentCount)
    try scaleEncoder(scales, memory: &memory, path: path)
    encoderBias = magnitude
    activation = .jumpReLU(
      thresholds: zip(magnitude, zip(scales, gate)).map { $0 - $1.0 * $1.1 })
  }

  /// Multiplies each row of the encoder and its bias; it becomes float32 in memory.
  mutating func scaleEncoder(
    _ scales: [Float], memory: inout MemoryAllowance, path: String
  ) throws(CheckpointError) {
    try takeIntoMemory([encoder], memory: &memory, path: path)
    var readers = encoder.floats()
    for (row, scale) in scales.enumerated() {
      readers.setRow(row, readers.row(row).map { $0 * scale })
      encoderBias[row] *= scale
    }
    encoder = WeightMatrix(readers)
  }

  /// ‖W_dec[j]‖₂ of every latent.
  func decoderNorms() -> [Float] {
    stride(from: 0, to: latentCount, by: 1_024).flatMap { first in
      decoder.slice(rows: first..<min(latentCount, first + 1_024)).floats().rowNorms()
    }
  }

  /// Brings every row of the decoder to a norm; it becomes float32 in memory.
  mutating func setDecoderNorms(
    _ norm: Float, memory: inout MemoryAllowance, path: String
  ) throws(CheckpointError) {
    try takeIntoMemory([decoder], memory: &memory, path: path)
    var directions = decoder.floats()
    for (row, found) in directions.rowNorms().enumerated() {
      directions.setRow(row, directions.row(row).map { $0 / (found + 1e-8) * norm })
    }
    decoder = WeightMatrix(directions)
  }

  private func takeIntoMemory(
    _ matrices: [WeightMatrix], memory: inout MemoryAllowance, path: String
  ) throws(CheckpointError) {
    for weights in matrices where weights.isMapped {
      try memory.take(4 * weights.rows * weights.columns, for: path)
    }
  }
}

extension Matrix {
  fileprivate func divided(by scale: Float) -> Matrix {
    Matrix(rows: rows, columns: columns, values: values.map { $0 / scale })
  }
}
