import JSONRPC
import KernelProtocol

extension IndexClose: ShelfAnswerable {
  static func answer(_ params: Params, shelf: IndexShelf, call: Call) throws -> Result {
    try shelf.close(params.index)
    return Empty()
  }
}
