import FeatureIndex
import FoundationEssentials
import JSONRPC
import KernelProtocol

extension ExplanationList: ShelfAnswerable {
  static func answer(
    _ params: Params, shelf: IndexShelf, call: Call
  ) throws -> Result {
    let store = try IndexAccess.reading(params.index, shelf)
    let state = params.state.map { ExplanationRecord.State($0) }
    let found = try store.newestExplanations(
      state: state, offset: params.offset ?? 0, limit: params.limit ?? 100)
    return Result(
      items: found.map { Explanation($0) }, total: try store.explanationCount(state: state))
  }
}
