import FeatureIndex
import Images
import JSONRPC
import KernelProtocol
import SystemReasons

extension IndexSearch: ShelfAnswerable {
  static func answer(
    _ params: Params, shelf: IndexShelf, call: Call
  ) throws -> Result {
    let store = try IndexAccess.reading(params.index, autoencoder: params.sae, shelf)
    let page = Page(offset: params.offset, limit: params.limit)
    return try page.result(from: hits(params.query, page, store), store)
  }

  /// One hit more than the page has, if there is one.
  private static func hits(
    _ query: Query, _ page: Page, _ store: FeatureIndexStore
  ) throws -> [Item] {
    switch query {
    case .text(let text):
      return try store.search(text: text, offset: page.offset, limit: page.limit + 1)
        .map { Item(latent: $0.latent, score: $0.score) }
    case .token(let token, let lowered):
      return try store.search(
        token: token, promoted: !lowered, offset: page.offset, limit: page.limit + 1
      ).map { Item(latent: $0.latent, score: $0.score) }
    case .item(let name, let view):
      guard let item = try store.item(named: name) else {
        throw DomainError(.unsupportedTarget, "the index has no item \(quoted(name))")
      }
      return try latents(of: item.number, in: view, page, store)
    case .picture(let path, let view):
      let bytes = try PictureFile.bytes(
        atPath: FilePath(path).path, limits: PictureLimits())
      guard let number = try store.item(digest: SHA256.digest(of: bytes)) else {
        throw DomainError(
          .unsupportedTarget, "the picture \(path) is not in the index",
          hint: "open a context of it, and give feature/activations' latents")
      }
      return try latents(of: number, in: view, page, store)
    case .latents(let latents):
      try store.check(latents)
      return latents.dropFirst(page.offset).prefix(page.limit + 1).map { Item(latent: $0) }
    case .neighboursOf(let latent):
      return try decoderNeighbours(of: latent, page, store)
    }
  }

  private static func latents(
    of item: Int, in view: String?, _ page: Page, _ store: FeatureIndexStore
  ) throws -> [Item] {
    try store.latents(
      withItem: item, view: view.map { IndexView($0) } ?? store.options.firstView,
      offset: page.offset, limit: page.limit + 1
    ).map { Item(latent: $0.latent, score: $0.max) }
  }

  static func decoderNeighbours(
    of latent: Int, _ page: Page, _ store: FeatureIndexStore
  ) throws -> [Item] {
    try store.check([latent])
    guard let derived = try store.derived(latent: latent) else {
      throw DomainError(
        .indexMissing, "the index has no decoder neighbours of latent \(latent) yet",
        hint: "index/annotate computes them")
    }
    return derived.neighbours.dropFirst(page.offset).prefix(page.limit + 1)
      .map { Item(latent: $0.latent, score: $0.cosine) }
  }
}
