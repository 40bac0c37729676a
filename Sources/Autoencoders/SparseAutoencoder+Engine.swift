import Tensors

/// Where another engine holds the weights, codes and products are its.
extension SparseAutoencoder {
  /// The code where each latent is judged by itself; nil without another engine.
  func engineCode(
    of centered: Matrix, above thresholds: [Float], cancellation: Cancellation
  ) throws -> SparseCode? {
    guard let latents else { return nil }
    let active = try finite {
      try latents.above(
        thresholds, centered, most: mostActive(rows: centered.rows), cancellation: cancellation)
    }
    guard let active else { throw Self.notSparse }
    var code = SparseCode(latentCount: latentCount)
    for row in 0..<active.rows { code.appendRow(active.entries(ofRow: row)) }
    return code
  }

  /// The code of the k largest of each row, some pre-activations changed before they are taken; nil
  /// without another engine.
  ///
  /// The k largest of what is not changed are among as many more as are.
  func engineCode(
    of centered: Matrix, changing changes: [LatentChange], cancellation: Cancellation
  ) throws -> (code: SparseCode, changed: ChangedLatents)? {
    guard let latents else { return nil }
    let changed = try changedLatents(centered, changes)
    let more = changed.rows.values.map(\.count).max() ?? 0
    let kept = activation.kept
    let found = try finite {
      try latents.largest(centered, k: k + more, of: kept, cancellation: cancellation)
    }
    var code = SparseCode(latentCount: latentCount)
    for row in 0..<found.rows {
      let values = changed.rows[row] ?? [:]
      var entries = found.entries(ofRow: row).filter { values[$0.latent] == nil }
      entries += values.map { (latent: $0.key, value: $0.value) }
      let largest = kept.largest(k, of: entries.map { (column: $0.latent, value: $0.value) })
      code.appendRow(largest.map { (latent: $0.column, value: $0.value) })
    }
    return (code, changed)
  }

  /// z·W_dec + bias: [T, M] → [T, D_out].
  func decoderProduct(_ z: SparseMatrix, bias: [Float]?) throws -> Matrix {
    try latents?.decode(z, bias: bias)
      ?? sparseProduct(z, decoder, bias: bias, team: compute.team)
  }

  /// W_dec[j] · g_t of every entry (t, j) of z, g [T, D_out].
  func decoderDots(_ z: SparseMatrix, outputGradient g: Matrix) throws -> [Float] {
    try latents?.decodePullback(z, outputGradient: g)
      ?? sparseProductPullback(z, decoder, outputGradient: g, team: compute.team)
  }

  /// What an engine makes of pre-activations, its word for one that is not finite put as here.
  private func finite<Result>(_ body: () throws -> Result) throws -> Result {
    do { return try body() } catch let place as NotFiniteActivation {
      throw AutoencoderError.notFinite(
        what: "the pre-activation", row: place.row, column: place.column)
    }
  }
}

extension SparseMatrix {
  fileprivate func entries(ofRow row: Int) -> [(latent: Int, value: Float)] {
    (offsets[row]..<offsets[row + 1]).map { (latent: Int(indices[$0]), value: values[$0]) }
  }
}
