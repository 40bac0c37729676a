import FeatureIndex
import FoundationEssentials
import JSONRPC
import KernelProtocol

extension ExplanationGet: ShelfAnswerable {
  static func answer(
    _ params: Params, shelf: IndexShelf, call: Call
  ) throws -> Result {
    let store = try IndexAccess.reading(params.index, shelf)
    try store.check([params.latent])
    return Result(
      items: try store.explanations(ofLatent: params.latent).map {
        Explanation($0, withRecord: params.records ?? false)
      }, label: try store.labels(of: [params.latent])[params.latent])
  }
}
