import Autoencoders
import Tensors

/// The first-order effect of every active latent at every position.
struct ActivationScores {
  let point: SplicePoint
  /// g, `[T′, D]`.
  let gradient: Matrix
  /// z_tj · (W_dec[j] · g_t), in the order of the code's entries.
  let scores: [[Float]]
  /// What the latent that enters in place of a zeroed one adds, by row; zero without re-selection.
  let reentry: [Float]

  init(point: SplicePoint, gradient: Matrix, reselection: Splice.Reselection) throws {
    self.point = point
    self.gradient = gradient
    scores = point.feature.autoencoder.scores(point.code, gradient: gradient)
    guard reselection == .topK else {
      reentry = [Float](repeating: 0, count: point.rowCount)
      return
    }
    let runnersUp = try point.feature.autoencoder.runnersUp(point.residual)
    reentry = point.feature.autoencoder.scores(runnersUp, gradient: gradient)
      .map { $0.first ?? 0 }
  }

  /// Every active (position, latent) of the covered rows. Where top-k is taken again, the latent that
  /// enters takes its own effect back.
  func items(covering covered: [Bool]) -> [AttributionResult.Item] {
    var items: [AttributionResult.Item] = []
    for row in 0..<point.rowCount where covered[row] {
      let (indices, values) = point.code.row(row)
      let full = indices.count == point.feature.autoencoder.k
      for ((index, value), score) in zip(zip(indices, values), scores[row]) {
        items.append(
          AttributionResult.Item(
            latent: Int(index), position: row, activation: value,
            score: score - (full ? reentry[row] : 0)))
      }
    }
    return items
  }

  /// The parts of Σ x·g; `input` is what the blocks above the site ran on.
  func completeness(input: Matrix, errorTerm: Splice.ErrorTerm) -> AttributionResult.Completeness {
    let autoencoder = point.feature.autoencoder
    let sum = scores.reduce(0.0) { $0 + $1.reduce(0.0) { $0 + Double($1) } }
    let bias = gradient.rowDots(repeating: autoencoder.decoderBias).reduce(0, +)
    let total = gradient.rowDots(input).reduce(0, +)
    var error = 0.0
    if errorTerm == .keep {
      error = gradient.rowDots(input - autoencoder.decode(point.code)).reduce(0, +)
    }
    return .init(sum: sum, bias: bias, errorTerm: error, total: total)
  }
}
