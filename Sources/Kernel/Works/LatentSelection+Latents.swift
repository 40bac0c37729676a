import FeatureIndex
import JSONRPC
import KernelProtocol

extension LatentSelection {
  /// The latents that are meant, each once.
  /// - Throws: `DomainError` of kind `featureOutOfRange`; `FeatureIndexError`.
  func latents(in store: FeatureIndexStore, view: IndexView) throws -> [Int] {
    switch self {
    case .latents(let latents):
      try store.check(latents)
      var seen = Set<Int>()
      return latents.filter { seen.insert($0).inserted }
    case .range(let range):
      guard range.start <= range.end, range.end <= store.identity.latentCount else {
        throw DomainError(
          .featureOutOfRange,
          "the range \(range.start) to \(range.end) is outside: the index has latents "
            + "0 … \(store.identity.latentCount - 1)")
      }
      return Array(range.start..<range.end)
    case .top(let top):
      let order: LatentOrder =
        switch top.by {
        case .latent: .latent
        case .frequency: .frequency
        case .max: .max
        }
      return try store.latents(in: view, by: order, offset: top.offset ?? 0, limit: top.count)
        .map(\.latent)
    case .state(let state):
      return try store.newestExplanations(state: .init(state), limit: store.identity.latentCount)
        .map(\.latent)
    }
  }
}
