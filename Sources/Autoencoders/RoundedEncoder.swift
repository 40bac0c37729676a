import Synchronization
import Tensors

/// The encoder rounded for the search, with the bounds of its error, made when it is first
/// asked for.
final class RoundedEncoder: Sendable {
  private let made = Mutex<RoundedWeights?>(nil)

  /// Reads all of the encoder the first time; `cancellation` is seen meanwhile,
  /// and nothing is kept then.
  func value(
    _ encoder: WeightMatrix, to rounding: RoundedWeights.Rounding, _ compute: Compute,
    _ cancellation: Cancellation
  ) throws -> RoundedWeights {
    try made.withLock { made in
      if let made { return made }
      let weights = try RoundedWeights(
        encoder, to: rounding, compute: compute, cancellation: cancellation)
      made = weights
      return weights
    }
  }
}
