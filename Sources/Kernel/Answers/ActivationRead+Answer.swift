import Checkpoints
import Interpretation
package import JSONRPC
package import KernelProtocol
import Models
import Tensors

extension ActivationRead: EngineAnswerable {
  package static func answer(_ params: Params, engine: Engine, call: Call) throws -> Result {
    let open = try engine.context(params)
    let site: Site
    do { site = try open.context.decoder.site(named: params.site) } catch {
      throw KernelError.unsupported(error.reason)
    }
    let span = params.span.map { $0.start..<$0.end } ?? 0..<open.context.tokenCount
    _ = try open.context.positions(of: .span(span))
    let tensor = try open.context.tensor(
      at: site, keep: false, cancellation: Cancellation(call))
    let rows = tensor.slice(rows: span)
    return Result(tensor: WireTensor(shape: [rows.rows, rows.columns], values: rows.values))
  }
}
