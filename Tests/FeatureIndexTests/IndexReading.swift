import FeatureIndex
import Testing

/// Everything that reads an index's file. Throws the first of what failed,
/// after the rest was tried.
func readEverything(of path: String) throws {
  var failures: [any Error] = []
  func attempt(_ body: () throws -> Void) {
    do { try body() } catch { failures.append(error) }
  }
  let store = try FeatureIndexStore.open(at: path)
  attempt { _ = try store.state() }
  attempt { _ = try store.facts() }
  attempt { _ = IndexAccumulator(resuming: try store.state()) }
  attempt { _ = try store.items(limit: 100) }
  attempt { _ = try store.integrityFailures() }
  attempt { _ = try store.contentDigest() }
  attempt { _ = try store.search(text: "fishes", limit: 5) }
  attempt { _ = try store.search(token: "a", limit: 5) }
  attempt { _ = try store.newestExplanations(limit: 10) }
  attempt { _ = try store.skipped(limit: 5) }
  for view in IndexView.numbered {
    attempt { _ = try store.latents(withItem: 0, view: view, limit: 100) }
    for order in LatentOrder.allCases {
      attempt { _ = try store.latents(in: view, by: order, limit: 100) }
    }
  }
  for latent in 0..<store.identity.latentCount.clamped(to: 1...8) {
    attempt { _ = try store.coactivations(ofLatent: latent, limit: 5) }
    attempt { _ = try store.derived(latent: latent) }
    attempt { _ = try store.explanations(ofLatent: latent) }
    attempt {
      for statistics in try store.statistics(ofLatent: latent).values {
        _ = (statistics.mean, statistics.quantile(0.5), statistics.quantile(1))
      }
    }
    for view in IndexView.numbered {
      for ranking in IndexRanking.allCases {
        attempt {
          for shown in try store.exemplars(
            ofLatent: latent, view: view, ranking: ranking, limit: 9)
          {
            // What is shown can be counted with.
            #expect(shown.item.positionCount(in: view) > Int(shown.map.positions.last ?? 0))
          }
        }
      }
    }
  }
  attempt {
    let merged = path + ".merged"
    _ = try FeatureIndexStore.merge([path], into: merged)
  }
  if let failure = failures.first { throw failure }
}

extension Int {
  fileprivate func clamped(to range: ClosedRange<Int>) -> Int {
    Swift.min(Swift.max(self, range.lowerBound), range.upperBound)
  }
}
