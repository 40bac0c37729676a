import Randomness
package import Tensors

/// The four tensors of an autoencoder in training, or as many of their gradients or moments.
package struct AutoencoderParameters: Sendable, Equatable {
  /// W_enc [M, D].
  package var encoder: Matrix
  /// b_enc [1, M].
  package var encoderBias: Matrix
  /// W_dec [M, D].
  package var decoder: Matrix
  /// b_dec [1, D].
  package var decoderBias: Matrix

  /// Added to a decoder row's norm before the row is divided by it: float32's step
  /// at 1, as sparsify has it.
  static let normEpsilon = Float.ulpOfOne

  package var latentCount: Int { encoder.rows }
  package var inputSize: Int { encoder.columns }

  package init(encoder: Matrix, encoderBias: Matrix, decoder: Matrix, decoderBias: Matrix) {
    precondition(decoder.rows == encoder.rows && decoder.columns == encoder.columns)
    precondition(encoderBias.rows == 1 && encoderBias.columns == encoder.rows)
    precondition(decoderBias.rows == 1 && decoderBias.columns == encoder.columns)
    self.encoder = encoder
    self.encoderBias = encoderBias
    self.decoder = decoder
    self.decoderBias = decoderBias
  }

  /// All zeros.
  package init(latentCount: Int, inputSize: Int) {
    encoder = Matrix(rows: latentCount, columns: inputSize)
    encoderBias = Matrix(rows: 1, columns: latentCount)
    decoder = Matrix(rows: latentCount, columns: inputSize)
    decoderBias = Matrix(rows: 1, columns: inputSize)
  }

  /// The start of training: encoder rows uniform in ±1/√D (Kaiming with a = √5, PyTorch's default
  /// for a linear layer), decoder rows the same at unit norm, biases zero.
  package init(latentCount: Int, inputSize: Int, seed: UInt64) {
    self.init(latentCount: latentCount, inputSize: inputSize)
    var generator = SplitMix64(seed: seed)
    let bound = 1 / Float(inputSize).squareRoot()
    let values = (0..<latentCount * inputSize).map { _ in (generator.nextUnit() * 2 - 1) * bound }
    encoder = Matrix(rows: latentCount, columns: inputSize, values: values)
    decoder = encoder
    decoder.normalizeRows(epsilon: Self.normEpsilon)
  }

  /// √Σ of all squares.
  package var norm: Double {
    (encoder.sumOfSquares() + encoderBias.sumOfSquares() + decoder.sumOfSquares()
      + decoderBias.sumOfSquares()).squareRoot()
  }

  typealias Field = (
    name: String, path: any WritableKeyPath<AutoencoderParameters, Matrix> & Sendable,
    isVector: Bool
  )

  /// The tensors with the names that they have in a sparsify file, where biases are vectors.
  static let fields: [Field] = [
    ("encoder.weight", \.encoder, false), ("encoder.bias", \.encoderBias, true),
    ("W_dec", \.decoder, false), ("b_dec", \.decoderBias, true),
  ]
}
