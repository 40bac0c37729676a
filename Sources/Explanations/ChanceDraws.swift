import Randomness

/// What a measure gives on random pictures: several draws of as many as the measure itself looks
/// at, each picture drawn from all anew, as in the published code.
package struct ChanceDraws: Sendable {
  /// Places in the pool, by draw.
  package let draws: [[Int]]

  /// - Parameter stream: told apart from others of the same seed, such as a latent's number.
  package init(trials: Int, count: Int, of pool: Int, seed: UInt64, stream: Int) {
    var random = SplitMix64(seed: seed ^ UInt64(truncatingIfNeeded: stream))
    draws =
      pool == 0
      ? []
      : (0..<trials).map { _ in
        (0..<count).map { _ in Int(random.next() % UInt64(pool)) }
      }
  }

  /// The mean over draws of the mean over each draw's pictures, and its standard deviation over
  /// draws; nil without draws.
  package func mean(_ value: (Int) throws -> Double) rethrows -> (mean: Double, deviation: Double)?
  {
    let means = try draws.compactMap { draw -> Double? in
      draw.isEmpty ? nil : try draw.reduce(0) { $0 + (try value($1)) } / Double(draw.count)
    }
    guard !means.isEmpty else { return nil }
    let mean = means.reduce(0, +) / Double(means.count)
    let variance = means.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(means.count)
    return (mean, variance.squareRoot())
  }
}
