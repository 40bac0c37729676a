/// The products of a sparse autoencoder on another engine than this process's own: encoder `[M, D]`
/// with its bias, decoder `[M, D_out]`, held there.
///
/// Rows come from and go to this process. An engine differs from this module's products in the
/// order of its sums alone: what it selects is exact among the float32 values that it computes.
package protocol LatentOperators: Sendable {
  /// Bytes of the weights there.
  var byteCount: Int { get }

  /// Of each row of x·W_encᵀ + b the k largest, equal ones by rising latent, in that order:
  /// x `[T, D]` → `[T, M]`. A cancel is seen between tiles of latents.
  ///
  /// - Throws: `NotFiniteActivation`, and what the engine fails with.
  func largest(
    _ x: Matrix, k: Int, of kept: KeptActivations, cancellation: Cancellation
  ) throws -> SparseMatrix

  /// All of x·W_encᵀ + b that exceeds its latent's threshold, `[M]`, by rising latent; nil where it
  /// is more than `most` altogether.
  ///
  /// - Throws: `NotFiniteActivation`, and what the engine fails with.
  func above(
    _ thresholds: [Float], _ x: Matrix, most: Int, cancellation: Cancellation
  ) throws -> SparseMatrix?

  /// z·W_dec + `bias` `[D_out]`, where there is one: z `[T, M]` → `[T, D_out]`.
  func decode(_ z: SparseMatrix, bias: [Float]?) throws -> Matrix

  /// W_dec[j] · g_t for every entry (t, j) of z, in their order; g `[T, D_out]`.
  func decodePullback(_ z: SparseMatrix, outputGradient g: Matrix) throws -> [Float]
}

/// Which pre-activations may be among a row's k largest, and by what they are compared.
package enum KeptActivations: Sendable, CaseIterable {
  /// Those above zero.
  case positive
  /// All.
  case any
  /// All but zero, by their magnitudes.
  case magnitudes

  /// What values are compared by.
  package func order(_ value: Float) -> Float { self == .magnitudes ? value.magnitude : value }

  /// Whether a value may be taken at all.
  package func wants(_ value: Float) -> Bool {
    order(value) > (self == .any ? -.infinity : 0)
  }

  /// The k largest of a row's, equal ones by rising latent, in that order.
  package func largest(
    _ k: Int, of entries: [(column: Int, value: Float)]
  ) -> ArraySlice<(column: Int, value: Float)> {
    var wanted = entries.filter { wants($0.value) }
    let isBefore = { (a: (column: Int, value: Float), b: (column: Int, value: Float)) in
      (order(b.value), a.column) < (order(a.value), b.column)
    }
    // Most come in order already.
    if !zip(wanted, wanted.dropFirst()).allSatisfy(isBefore) { wanted.sort(by: isBefore) }
    return wanted.prefix(k)
  }
}

/// A pre-activation that is NaN or infinity.
package struct NotFiniteActivation: Error, Equatable, CustomStringConvertible {
  package let row: Int
  package let column: Int

  package init(row: Int, column: Int) { (self.row, self.column) = (row, column) }

  package var description: String {
    "the pre-activation of latent \(column) at row \(row) is NaN or infinity"
  }
}
