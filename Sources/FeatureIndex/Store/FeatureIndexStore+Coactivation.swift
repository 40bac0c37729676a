import Foundation
import GRDB
import Synchronization

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
  /// - Returns: by falling Jaccard index, ties to the lower latent; and the sampled tokens
  ///   where the latent is active.
  package func coactivations(
    ofLatent latent: Int, limit: Int
  ) throws(FeatureIndexError) -> (items: [Coactivation], tokens: Int) {
    guard (0..<identity.latentCount).contains(latent) else { return ([], 0) }
    let table = try read { database in
      let state = try contentState(database)
      if let known = counted.withLock({ $0.sample(at: state) }) { return known }
      var table = SampleTable(latentCount: identity.latentCount)
      let rows = try Row.fetchCursor(database, sql: "SELECT latents FROM sample")
      while let row = try rows.next() { table.append(try row.value("latents")) }
      counted.withLock { $0.keep(table, at: state) }
      return table
    }
    let (together, tokens) = table.counts(togetherWith: latent)
    let items = together.indices.filter { together[$0] > 0 }.map { other in
      let count = Int(together[other])
      return Coactivation(
        latent: other, count: count,
        jaccard: Double(count) / Double(tokens + table.count(of: other) - count))
    }
    let sorted = items.sorted { ($0.jaccard, $1.latent) > ($1.jaccard, $0.latent) }
    return (Array(sorted.prefix(limit)), tokens)
  }
}
