package import Tensors

/// How well an autoencoder fits some activations.
package struct AutoencoderFit: Sendable, Equatable {
  /// Σ(x̂ − x)² / Σ(x − mean)², over all rows; nil where all rows are equal, which leaves no
  /// variance to explain.
  package let fvu: Double?
  /// The mean number of active latents of a row.
  package let l0: Double
}

extension SparseAutoencoder {
  /// x̂ = z·W_dec + b_dec: [T, M] → [T, D], in the scale of the rows that the code is of. Reads
  /// only the decoder rows that are active.
  package func decode(_ code: SparseCode) throws(AutoencoderError) -> Matrix {
    try check(code: code)
    var decoded = sparseProduct(code.matrix(), decoder, bias: decoderBias, team: compute.team)
    for (row, frame) in try frames(of: code).enumerated() {
      decoded.setRow(row, decoded.row(row).map { $0 * frame.scale + frame.offset })
    }
    return decoded
  }

  /// decode(changed) − decode(code), [T, D], from the latents that differ only: rows where none
  /// does are exactly zero.
  package func decodeChange(
    from code: SparseCode, to changed: SparseCode
  ) throws(AutoencoderError) -> Matrix {
    try check(code: code)
    let difference = try changed.difference(from: code)
    var decoded = sparseProduct(difference.matrix(), decoder, team: compute.team)
    for (row, frame) in try frames(of: difference).enumerated() {
      decoded.setRow(row, decoded.row(row).map { $0 * frame.scale })
    }
    return decoded
  }

  /// z_tj · (W_dec[j] · g_t) for every active (t, j), in the order of the code's `indices`; times
  /// the scale of row t where rows are normalised.
  ///
  /// With g_t [T, D] the gradient of a target at the residual stream, it is the target's fall, to
  /// first order, when z_tj is set to zero.
  package func scores(
    _ code: SparseCode, gradient: Matrix
  ) throws(AutoencoderError) -> [Float] {
    try check(code: code)
    try check(width: gradient, "the gradient")
    guard gradient.rows == code.rows else {
      throw .mismatch(
        what: "the number of rows of the gradient", found: gradient.rows, expected: code.rows)
    }
    let dots = sparseProductPullback(
      code.matrix(), decoder, outputGradient: gradient, team: compute.team)
    var scores = zip(code.values, dots).map { $0 * $1 }
    for (row, frame) in try frames(of: code).enumerated() {
      for entry in code.range(ofRow: row) { scores[entry] *= frame.scale }
    }
    return scores
  }

  /// FVU and L0 of x [T, D].
  package func fit(_ x: Matrix, cancellation: Cancellation = .never) throws -> AutoencoderFit {
    let code = try encode(x, cancellation: cancellation)
    return try fit(x, code: code)
  }

  /// FVU and L0 of x [T, D] whose code is known.
  package func fit(_ x: Matrix, code: SparseCode) throws(AutoencoderError) -> AutoencoderFit {
    try check(width: x, "the activations")
    guard x.rows == code.rows else {
      throw .mismatch(
        what: "the number of rows of the activations", found: x.rows, expected: code.rows)
    }
    let reconstruction = try decode(code)
    if let place = reconstruction.firstNonFinite() {
      throw .notFinite(what: "the reconstruction", row: place.row, column: place.column)
    }
    let variance = x.totalVariance()
    let error = (reconstruction - x).sumOfSquares()
    return AutoencoderFit(fvu: variance > 0 ? error / variance : nil, l0: code.l0)
  }

  /// What undoes the normalisation of each row; none where rows are not normalised.
  /// - Throws: for a code that was made without, which cannot be decoded.
  private func frames(of code: SparseCode) throws(AutoencoderError) -> [RowFrame] {
    guard normalisation != .none else { return [] }
    let frames = (0..<code.rows).compactMap { code.frame(ofRow: $0) }
    guard frames.count == code.rows else {
      throw .mismatch(
        what: "the number of rows of the code whose scale is known (\(normalisation.rawValue))",
        found: frames.count, expected: code.rows)
    }
    return frames
  }

  private func check(code: SparseCode) throws(AutoencoderError) {
    guard code.latentCount == latentCount else {
      throw .mismatch(
        what: "the number of latents of the code", found: code.latentCount, expected: latentCount)
    }
  }
}
