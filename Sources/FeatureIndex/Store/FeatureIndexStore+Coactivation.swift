import Foundation
import GRDB

/// A latent that is active at the same tokens as another.
package struct Coactivation: Sendable, Equatable {
  package var latent: Int
  /// Sampled tokens where both are active.
  package var count: Int
  /// That count over the tokens where one of them is.
  package var jaccard: Double
}

extension FeatureIndexStore {
  /// The latents most often active together with one, counted on the index's sample of tokens.
  /// - Returns: by falling Jaccard index, ties to the lower latent; and the sampled tokens where the latent is active.
  package func coactivations(
    ofLatent latent: Int, limit: Int
  ) throws(FeatureIndexError) -> (items: [Coactivation], tokens: Int) {
    try read { database in
      var together: [Int32: Int] = [:]
      var alone: [Int32: Int] = [:]
      var tokens = 0
      let wanted = Int32(truncatingIfNeeded: latent)
      let rows = try Row.fetchCursor(database, sql: "SELECT hash, latents FROM sample")
      while let row = try rows.next() {
        let token = SampledToken(hash: 0, data: try row.value("latents"))
        let holds = token.latents.contains(wanted)
        if holds { tokens += 1 }
        for other in token.latents where other != wanted {
          alone[other, default: 0] += 1
          if holds { together[other, default: 0] += 1 }
        }
      }
      let items = together.map { other, count in
        Coactivation(
          latent: Int(other), count: count,
          jaccard: Double(count) / Double(tokens + (alone[other] ?? 0) - count))
      }
      let sorted = items.sorted { ($0.jaccard, $1.latent) > ($1.jaccard, $0.latent) }
      return (Array(sorted.prefix(limit)), tokens)
    }
  }
}
