import Checkpoints
import Tensors

/// From the tower's features to the decoder's embeddings: the mean of each square of patches, a
/// norm, a matrix.
///
/// g patches and s tokens along a side, k = g / s, h the tower's width. Follows
/// `Gemma3MultiModalProjector` of transformers 5.24.
struct Gemma3Projector<Engine: Operators>: FeatureProjector {
  let norm: RMSNorm<Engine>  // mm_soft_emb_norm [h]
  /// mm_input_projection_weight is `[h, D]`, in before out: x times it is what the pullback of a
  /// linear layer of those weights computes.
  let matrix: Engine.Linear
  let tokensPerSide: Int  // s
  let pooledSide: Int  // k
  private let engine: Engine

  init(_ model: Gemma3Configuration, weights: WeightScope, engine: Engine) throws {
    let (h, D) = (model.vision.hiddenSize, model.text.decoder.hiddenSize)
    norm = try RMSNorm(
      "mm_soft_emb_norm", size: h,
      norms: DecoderRecipe.Norms(epsilon: model.vision.normEpsilon, addOne: true),
      weights: weights, engine: engine)
    matrix = try engine.linear(
      weights.matrix("mm_input_projection_weight", rows: h, columns: D), bias: nil)
    self.engine = engine
    (tokensPerSide, pooledSide) = (model.tokensPerSide, model.pooledSide)
  }

  /// `[g², h]` → `[s², D]`.
  func callAsFunction(_ x: Matrix) throws -> Matrix {
    try engine.matrix(matrix.pullback(norm(engine.rows(pooled(x)))))
  }

  /// The gradient at x `[g², h]` from that at the tokens `[s², D]`.
  func pullback(_ x: Matrix, outputGradient: Matrix) throws -> Matrix {
    let gradient = try engine.matrix(
      norm.pullback(
        engine.rows(pooled(x)), outputGradient: matrix(engine.rows(outputGradient)),
        rule: .derivative))
    let (s, k) = (tokensPerSide, pooledSide)
    let share = gradient.scaled(by: 1 / Float(k * k))
    return share.rows((0..<x.rows).map { $0 / (s * k) / k * s + $0 % (s * k) / k })
  }

  /// The mean of each k by k patches, `[g², h]` → `[s², h]`.
  private func pooled(_ x: Matrix) -> Matrix {
    let (s, k) = (tokensPerSide, pooledSide)
    var sum = Matrix(rows: s * s, columns: x.columns)
    for (line, column) in (0..<k * k).map({ ($0 / k, $0 % k) }) {
      sum += x.rows(
        (0..<s * s).map { ($0 / s * k + line) * s * k + $0 % s * k + column })
    }
    return sum.scaled(by: 1 / Float(k * k))
  }
}
