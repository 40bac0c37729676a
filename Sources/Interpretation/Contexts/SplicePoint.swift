package import Autoencoders
import Models
package import Tensors

/// A run at an autoencoder's site, for a context and perhaps some tokens after it.
///
/// T′ counts the context's tokens and the continuation's. Everything a question changes is changed
/// in the residual stream here; what lies below never runs again.
package struct SplicePoint {
  package let autoencoder: LoadedAutoencoder
  /// What is read and made, and the stream that changes of it go into.
  package let rows: SiteRows
  /// z = TopK(ReLU(W_enc(x − b_dec) + b_enc)) of what is read.
  package let code: SparseCode
  /// Keys and values of all blocks for the context and the continuation, unchanged.
  let cache: KeyValueCache
  let context: ResidentContext
  /// The unchanged outputs of the last block for the continuation, `[T′ − T, D]`.
  private let continuationOutputs: Matrix

  package var rowCount: Int { rows.count }
  /// The unchanged residual stream, `[T′, D]`.
  package var stream: Matrix { rows.stream }
  var decoder: Decoder { context.decoder }
  /// What runs on it.
  var above: Range<StreamPoint> { autoencoder.site.write..<decoder.end }

  /// Runs the continuation's tokens after the context and encodes them.
  package init(
    _ context: ResidentContext, autoencoder: LoadedAutoencoder, continuation: [Int] = [],
    cancellation: Cancellation
  ) throws {
    self.autoencoder = autoencoder
    self.context = context
    let code = try context.code(of: autoencoder, cancellation: cancellation)
    var rows = try context.rows(at: autoencoder.site, cancellation: cancellation)
    if autoencoder.site.towerLayer != nil, rows.covered(among: 0..<rows.count).isEmpty {
      throw InterpretationError.unsupportedTarget(
        "the context shows no picture: the autoencoder \"\(autoencoder.name)\" is of "
          + "\(autoencoder.site.name), which has nothing of a text")
    }
    guard !continuation.isEmpty else {
      self.code = code
      self.rows = rows
      cache = context.cache
      continuationOutputs = Matrix(rows: 0, columns: rows.stream.columns)
      return
    }
    let decoder = context.decoder
    var (cache, tap) = (context.cache, SiteTap())
    let new = try decoder.rows(
      at: autoencoder.site, of: decoder.embed(continuation), cache: &cache,
      cancellation: cancellation)
    continuationOutputs = try decoder.forward(
      new.stream, over: autoencoder.site.write..<decoder.end, cache: &cache, tap: &tap,
      cancellation: cancellation)
    rows.append(new)
    self.rows = rows
    var grown = code
    grown.append(try new.code(by: autoencoder.weights, cancellation: cancellation))
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
