import Autoencoders
import Models
import Tensors

/// The first-order effect of every active latent at every position.
struct ActivationScores {
  let point: SplicePoint
  /// The gradient at the residual stream, `[T′, D]`.
  private let streamGradient: Matrix
  /// g, that at what the autoencoder makes, `[T′, D_out]`.
  let gradient: Matrix
  /// z_tj · (W_dec[j] · g_t), in the order of the code's entries.
  let scores: [Float]
  /// By row, what the latent that enters in place of a zeroed one adds; zero without re-selection.
  let reentry: [Float]

  init(
    point: SplicePoint, found: SiteGradient, reselection: Splice.Reselection,
    cancellation: Cancellation
  ) throws {
    self.point = point
    streamGradient = found.stream
    gradient = found.made
    let weights = point.autoencoder.weights
    scores = try weights.scores(point.code, gradient: gradient)
    var reentry = [Float](repeating: 0, count: point.rowCount)
    if reselection == .topK {
      let entering = try weights.runnersUp(
        point.rows.input, code: point.code, cancellation: cancellation)
      let effects = try weights.scores(entering, gradient: gradient)
      for row in 0..<point.rowCount {
        reentry[row] = effects[entering.range(ofRow: row)].first ?? 0
      }
    }
    self.reentry = reentry
  }

  /// Every active (position, latent) of the covered rows. Where top-k is taken again, the effect of
  /// the latent that enters is taken off.
  ///
  /// - Parameter autoencoder: whose they are, by its number in the question.
  func items(covering covered: [Bool], of autoencoder: Int) -> [AttributionResult.Item] {
    var items: [AttributionResult.Item] = []
    for row in 0..<point.rowCount where covered[row] {
      for entry in point.code.range(ofRow: row) {
        items.append(
          AttributionResult.Item(
            autoencoder: autoencoder, latent: Int(point.code.indices[entry]), position: row,
            activation: point.code.values[entry], score: scores[entry] - reentry[row]))
      }
    }
    return items
  }

  /// The parts of Σ s·g; `stream` is what lies above the site ran on.
  func completeness(
    stream: Matrix, errorTerm: Splice.ErrorTerm, projectionBias: Double
  ) throws -> AttributionResult.Completeness {
    let (weights, rows) = (point.autoencoder.weights, point.rows)
    let made = try weights.reconstruction(point.code, of: rows.input)
    let output = errorTerm == .drop ? made : rows.output
    // What a tower's layer holds is in its own stream, and nothing of that passes it by.
    let isTower = point.autoencoder.site.towerLayer != nil
    let total = isTower ? share(output) : streamGradient.rowDots(stream).reduce(0, +)
    let isStream = isTower || point.autoencoder.site.isStream
    return .init(
      sum: scores.reduce(0.0) { $0 + Double($1) },
      bias: share(try weights.decode(point.code.emptied())),
      skip: try weights.skipped(rows.input).map(share) ?? 0,
      errorTerm: errorTerm == .drop ? 0 : share(output - made),
      bypass: isStream ? 0 : total - share(output), total: total,
      projectionBias: projectionBias)
  }

  /// Σ y·g of something `[T′, D_out]` in the place of what is made.
  private func share(_ y: Matrix) -> Double { gradient.rowDots(y).reduce(0, +) }
}

extension SparseAutoencoder {
  /// The latent of rank k + 1 of each row and its pre-activation: what enters when one of the k is
  /// set to zero. Rows with fewer than k active latents have none.
  func runnersUp(
    _ x: Matrix, code: SparseCode, cancellation: Cancellation
  ) throws -> SparseCode {
    let changes = (0..<code.rows).compactMap { row in
      code.row(row).indices.first.map {
        LatentChange(rows: [row..<row + 1], latent: Int($0), rule: .zero)
      }
    }
    let without = try encode(x, changing: changes, cancellation: cancellation).code
    var entering = SparseCode(latentCount: latentCount)
    for row in 0..<code.rows {
      let known = Set(code.row(row).indices)
      let (indices, values) = without.row(row)
      entering.appendRow(
        zip(indices, values).filter { !known.contains($0.0) }
          .map { (latent: Int($0.0), value: $0.1) }, frame: code.frame(ofRow: row))
    }
    return entering
  }
}
