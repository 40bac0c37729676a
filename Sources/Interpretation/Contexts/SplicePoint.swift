package import Autoencoders
import Models
package import Tensors

/// The residual stream at an autoencoder's site, for a context and perhaps some tokens after it.
///
/// T′ counts the context's tokens and the continuation's. Everything a question changes is changed
/// here; the blocks below never run again.
package struct SplicePoint {
  package let autoencoder: LoadedAutoencoder
  /// x, `[T′, D]`.
  package let residual: Matrix
  /// z = TopK(ReLU(W_enc(x − b_dec) + b_enc)).
  package let code: SparseCode
  /// Keys and values of all blocks for the context and the continuation, unchanged.
  let cache: KeyValueCache
  let context: ResidentContext
  /// The unchanged outputs of the last block for the continuation, `[T′ − T, D]`.
  private let continuationOutputs: Matrix

  package var rowCount: Int { residual.rows }

  /// Runs the continuation's tokens after the context and encodes them.
  package init(
    _ context: ResidentContext, autoencoder: LoadedAutoencoder, continuation: [Int] = [],
    cancellation: Cancellation
  ) throws {
    self.autoencoder = autoencoder
    self.context = context
    let code = try context.code(of: autoencoder, cancellation: cancellation)
    var residual = try context.residual(
      after: autoencoder.block, keep: true, cancellation: cancellation)
    guard !continuation.isEmpty else {
      self.code = code
      self.residual = residual
      cache = context.cache
      continuationOutputs = Matrix(rows: 0, columns: residual.columns)
      return
    }
    let decoder = context.decoder
    var cache = context.cache
    let rows = try decoder.forward(
      decoder.embed(continuation), blocks: 0..<autoencoder.block + 1, cache: &cache,
      cancellation: cancellation)
    continuationOutputs = try decoder.forward(
      rows, blocks: autoencoder.block + 1..<decoder.blockCount, cache: &cache,
      cancellation: cancellation)
    residual.append(rows)
    self.residual = residual
    var grown = code
    grown.append(try autoencoder.weights.encode(rows, cancellation: cancellation))
    self.code = grown
    self.cache = cache
  }

  /// The unchanged output of the last block at some rows of the context and the continuation.
  func plainOutputs(at rows: Range<Int>, cancellation: Cancellation) throws -> Matrix {
    let tokens = context.tokenCount
    let own = rows.clamped(to: 0..<tokens)
    let after = rows.clamped(to: tokens..<rowCount)
    return Matrix(stacking: [
      try context.outputs(at: own, cancellation: cancellation),
      continuationOutputs.slice(rows: after.lowerBound - tokens..<after.upperBound - tokens),
    ])
  }
}
