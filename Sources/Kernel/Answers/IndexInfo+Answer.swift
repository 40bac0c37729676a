import JSONRPC
import KernelProtocol

extension IndexInfo: ShelfAnswerable {
  static func answer(_ params: Params, shelf: IndexShelf, call: Call) throws -> Result {
    try shelf.entry(named: params.index).description()
  }
}
