import Randomness

/// How alike the pictures are that a latent is active on, in another model's eyes (Pach et al.,
/// "Sparse Autoencoders Learn Monosemantic Features in Vision-Language Models", 2025):
/// Σ_{a<b} w_a w_b cos(e_a, e_b) / Σ_{a<b} w_a w_b, where w is a picture's activation, scaled to
/// 0 … 1 by the latent's least and largest over all pictures, and e its vector.
///
/// Both sums come from one pass: the pairs of Σ w ê are those of its square without the diagonal,
/// so a latent costs pictures × dimensions, not their square.
package struct Monosemanticity: Sendable {
  package let value: Double
  /// The same with the activations given to other pictures by the seed: mean over the trials.
  package let baseline: Double?
  package let baselineDeviation: Double?
  /// Pictures with a weight.
  package let count: Int

  /// - Parameters:
  ///   - activations: by picture; pictures that are absent have 0.
  /// - Returns: nil where no two pictures have a weight, as of a dead latent.
  package init?(
    _ activations: [Int: Float], over vectors: PictureVectors, trials: Int, seed: UInt64
  ) {
    let isEverywhere = activations.count == vectors.count
    let least = isEverywhere ? activations.values.min() ?? 0 : min(0, activations.values.min() ?? 0)
    let span = (activations.values.max() ?? 0) - least
    guard span > 0 else { return nil }
    let weights = activations.sorted { $0.key < $1.key }
      .map { (picture: $0.key, weight: Double(($0.value - least) / span)) }
      .filter { $0.weight > 0 }
    guard let value = Self.value(weights, vectors) else { return nil }
    self.value = value
    count = weights.count
    var random = SplitMix64(seed: seed)
    var chances: [Double] = []
    for _ in 0..<trials {
      var places = Array(0..<vectors.count)
      for index in weights.indices {
        places.swapAt(index, index + Int(random.next() % UInt64(places.count - index)))
      }
      let moved = zip(places, weights).map { (picture: $0, weight: $1.weight) }
      if let chance = Self.value(moved, vectors) { chances.append(chance) }
    }
    guard !chances.isEmpty else {
      (baseline, baselineDeviation) = (nil, nil)
      return
    }
    let mean = chances.reduce(0, +) / Double(chances.count)
    let squares = chances.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    baseline = mean
    baselineDeviation = (squares / Double(chances.count)).squareRoot()
  }

  private static func value(
    _ weights: [(picture: Int, weight: Double)], _ vectors: PictureVectors
  ) -> Double? {
    var sum = [Double](repeating: 0, count: vectors.dimensions)
    var (total, squares) = (0.0, 0.0)
    for (picture, weight) in weights {
      for (place, value) in vectors[picture].enumerated() { sum[place] += weight * Double(value) }
      total += weight
      squares += weight * weight
    }
    let pairs = total * total - squares
    guard weights.count >= 2, pairs > 0 else { return nil }
    return (sum.reduce(0) { $0 + $1 * $1 } - squares) / pairs
  }
}
