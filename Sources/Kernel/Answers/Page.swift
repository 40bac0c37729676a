import FeatureIndex
import KernelProtocol

/// The part of a list that was asked for.
struct Page {
  let offset: Int
  let limit: Int

  init(offset: Int?, limit: Int?) {
    self.offset = offset ?? 0
    self.limit = limit ?? 100
  }

  /// Cuts what may be one too many, and names the latents.
  func result(
    from hits: [IndexSearch.Item], _ store: FeatureIndexStore
  ) throws -> IndexSearch.Result {
    var items = Array(hits.prefix(limit))
    let latents = items.map(\.latent)
    let (labels, scores) = (try store.labels(of: latents), try store.labelScores(of: latents))
    for index in items.indices {
      items[index].label = labels[items[index].latent]
      items[index].labelScores = scores[items[index].latent]?.labelScores
    }
    return IndexSearch.Result(items: items, hasMore: hits.count > limit)
  }
}
