import Models
package import Tensors

extension ResidentContext {
  /// The target's value as the model is.
  package func value(
    of target: AttributionTarget, cancellation: Cancellation = .never
  ) throws -> Float {
    try target.check(tokenCount: tokenCount, vocabularySize: decoder.vocabularySize)
    try checkRoom(for: target.continuation)
    let terms = target.terms(tokenCount: tokenCount)
    let rows = terms.rows
    var outputs = try self.outputs(
      at: rows.clamped(to: 0..<tokenCount), cancellation: cancellation)
    if !target.continuation.isEmpty {
      var grown = cache
      outputs.append(
        try decoder.forward(
          decoder.embed(target.continuation), blocks: 0..<decoder.blockCount, cache: &grown,
          cancellation: cancellation))
    }
    return try decoder.value(of: terms, outputs: outputs, from: rows.lowerBound)
  }
}
