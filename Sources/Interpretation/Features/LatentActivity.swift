package import Autoencoders
import Glibc

/// How often and how strongly each latent is active over some positions: what a control that is
/// "about as active" is chosen by.
package struct LatentActivity: Sendable {
  /// Positions by latent at which it is active, and the sum of its activations there: `[M]`.
  package private(set) var counts: [Int]
  package private(set) var sums: [Double]

  package init(latentCount: Int) {
    counts = Array(repeating: 0, count: latentCount)
    sums = Array(repeating: 0, count: latentCount)
  }

  /// - Parameter positions: rows of the code; nil for all.
  package mutating func add(_ code: SparseCode, positions: [Range<Int>]?) {
    for row in (positions ?? [0..<code.rows]).joined() {
      let (latents, values) = code.row(row)
      for (latent, value) in zip(latents, values) where value > 0 {
        counts[Int(latent)] += 1
        sums[Int(latent)] += Double(value)
      }
    }
  }

  /// The active latents whose count and mean activation are nearest to a latent's, as ratios, the
  /// nearest first. Of one that is never active, those that are so least often.
  ///
  /// - Parameters:
  ///   - excluded: latents that are not wanted.
  ///   - limit: how many at most.
  package func latents(like latent: Int, besides excluded: Set<Int>, limit: Int) -> [Int] {
    let others = counts.indices.filter {
      counts[$0] > 0 && $0 != latent && !excluded.contains($0)
    }
    let (count, mean) = (Double(max(counts[latent], 1)), mean(of: latent))
    return others.map { other in
      let frequency = abs(log(Double(counts[other]) / count))
      let strength = mean > 0 ? abs(log(self.mean(of: other) / mean)) : 0
      return (other, frequency + strength)
    }
    .sorted { ($0.1, $0.0) < ($1.1, $1.0) }.prefix(limit).map(\.0)
  }

  /// The mean of a latent's activations where it is active; 0 where it is never.
  package func mean(of latent: Int) -> Double {
    counts[latent] > 0 ? sums[latent] / Double(counts[latent]) : 0
  }
}
