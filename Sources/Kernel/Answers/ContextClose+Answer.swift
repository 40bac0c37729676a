package import JSONRPC
package import KernelProtocol

extension ContextClose: EngineAnswerable {
  package static func answer(_ params: Params, engine: Engine, call: Call) throws -> Result {
    try engine.closeContext(named: params.context)
    return Empty()
  }
}
