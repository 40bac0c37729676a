import FeatureIndex
import JSONRPC
import KernelProtocol

extension IndexSkipped: ShelfAnswerable {
  static func answer(_ params: Params, shelf: IndexShelf, call: Call) throws -> Result {
    let store = try shelf.entry(named: params.index).store
    let found = try store.skipped(offset: params.offset ?? 0, limit: params.limit ?? 100)
    return Result(
      items: found.map {
        Item(name: $0.name, reason: $0.reason.rawValue, message: $0.message)
      })
  }
}
