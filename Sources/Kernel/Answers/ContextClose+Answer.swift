import JSONRPC
import KernelProtocol

extension ContextClose: EngineAnswerable {
  static func answer(_ params: Params, engine: Engine, call: Call) throws -> Result {
    try engine.closeContext(named: params.context)
    return Empty()
  }
}
