import FeatureIndex
import JSONRPC
import KernelProtocol

extension IndexNeighbours: ShelfAnswerable {
  static func answer(
    _ params: Params, shelf: IndexShelf, call: Call
  ) throws -> Result {
    let store = try IndexAccess.reading(params.index, autoencoder: params.sae, shelf)
    let page = Page(offset: params.offset, limit: params.limit)
    let hits: [IndexSearch.Item]
    switch params.by ?? .decoder {
    case .decoder:
      hits = try IndexSearch.decoderNeighbours(of: params.latent, page, store)
    case .coactivation:
      try store.check([params.latent])
      hits = try store.coactivations(
        ofLatent: params.latent, limit: page.offset + page.limit + 1
      ).items.dropFirst(page.offset).map { .init(latent: $0.latent, score: $0.jaccard) }
    }
    let found = try page.result(from: hits, store)
    return Result(items: found.items, hasMore: found.hasMore)
  }
}
