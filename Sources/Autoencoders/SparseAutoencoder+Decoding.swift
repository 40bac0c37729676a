package import Tensors

/// How well an autoencoder fits some activations.
package struct AutoencoderFit: Sendable, Equatable {
  /// Σ(x̂ − x)² / Σ(x − mean)², over all rows, x being what is to be reconstructed; nil where all
  /// rows are equal, which leaves no variance to explain.
  package let fvu: Double?
  /// The mean number of active latents of a row.
  package let l0: Double
}

extension SparseAutoencoder {
  /// z·W_dec + b_dec: [T, M] → [T, D_out], in the scale of the rows that the code is of. Reads
  /// only the decoder rows that are active. Without a skip connection it is x̂.
  package func decode(_ code: SparseCode) throws -> Matrix {
    try check(code: code)
    var decoded = try decoderProduct(code.matrix(), bias: decoderBias)
    for (row, frame) in try frames(of: code).enumerated() {
      decoded.setRow(row, decoded.row(row).map { $0 * frame.scale + frame.offset })
    }
    return decoded
  }

  /// What the input x [T, D] itself adds to its reconstruction, x·W_skipᵀ [T, D_out]; nil without
  /// a skip connection.
  package func skipped(_ x: Matrix) throws(AutoencoderError) -> Matrix? {
    guard let skip else { return nil }
    try check(width: x, "the activations")
    return Linear(skip, bias: nil, compute: compute)(x)
  }

  /// x̂ [T, D_out] of x [T, D] whose code is `code`: z·W_dec + b_dec, and x·W_skipᵀ where there is
  /// a skip connection.
  package func reconstruction(
    _ code: SparseCode, of x: Matrix
  ) throws -> Matrix {
    let decoded = try decode(code)
    guard let skipped = try skipped(x) else { return decoded }
    return decoded + skipped
  }

  /// decode(changed) − decode(code), [T, D_out], from the latents that differ only: rows where none
  /// does are exactly zero.
  package func decodeChange(
    from code: SparseCode, to changed: SparseCode
  ) throws -> Matrix {
    try check(code: code)
    let difference = try changed.difference(from: code)
    var decoded = try decoderProduct(difference.matrix(), bias: nil)
    for (row, frame) in try frames(of: difference).enumerated() {
      decoded.setRow(row, decoded.row(row).map { $0 * frame.scale })
    }
    return decoded
  }

  /// z_tj · (W_dec[j] · g_t) for every active (t, j), in the order of the code's `indices`; times
  /// the scale of row t where rows are normalised.
  ///
  /// With g_t [T, D_out] the gradient of a target at what is reconstructed, it is the target's
  /// fall, to first order, when z_tj is set to zero.
  package func scores(
    _ code: SparseCode, gradient: Matrix
  ) throws -> [Float] {
    try check(code: code)
    try check(width: gradient, "the gradient", outputSize)
    guard gradient.rows == code.rows else {
      throw AutoencoderError.mismatch(
        what: "the number of rows of the gradient", found: gradient.rows, expected: code.rows)
    }
    let dots = try decoderDots(code.matrix(), outputGradient: gradient)
    var scores = zip(code.values, dots).map { $0 * $1 }
    for (row, frame) in try frames(of: code).enumerated() {
      for entry in code.range(ofRow: row) { scores[entry] *= frame.scale }
    }
    return scores
  }

  /// FVU and L0 of x [T, D]; a transcoder's of the tensor y [T, D_out] that it makes of x.
  package func fit(
    _ x: Matrix, making y: Matrix? = nil, cancellation: Cancellation = .never
  ) throws -> AutoencoderFit {
    let code = try encode(x, cancellation: cancellation)
    return try fit(x, making: y, code: code)
  }

  /// FVU and L0 of x [T, D] whose code is known.
  package func fit(
    _ x: Matrix, making y: Matrix? = nil, code: SparseCode
  ) throws -> AutoencoderFit {
    let y = y ?? x
    try check(width: x, "the activations")
    try check(width: y, "what is reconstructed", outputSize)
    for (what, rows) in [("the activations", x.rows), ("what is reconstructed", y.rows)]
    where rows != code.rows {
      throw AutoencoderError.mismatch(
        what: "the number of rows of \(what)", found: rows, expected: code.rows)
    }
    let reconstruction = try reconstruction(code, of: x)
    if let place = reconstruction.firstNonFinite() {
      throw AutoencoderError.notFinite(
        what: "the reconstruction", row: place.row, column: place.column)
    }
    let variance = y.totalVariance()
    let error = (reconstruction - y).sumOfSquares()
    return AutoencoderFit(fvu: variance > 0 ? error / variance : nil, l0: code.l0)
  }

  /// What undoes the normalisation of each row; none where rows are not normalised, or stay so.
  /// - Throws: for a code that was made without, which cannot be decoded.
  private func frames(of code: SparseCode) throws(AutoencoderError) -> [RowFrame] {
    guard normalisation != .none, undoesNormalisation else { return [] }
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
