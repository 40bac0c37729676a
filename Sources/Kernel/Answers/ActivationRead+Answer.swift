import Checkpoints
import Interpretation
package import JSONRPC
package import KernelProtocol
import Models
import Tensors

extension ActivationRead: EngineAnswerable {
  package static func answer(_ params: Params, engine: Engine, call: Call) throws -> Result {
    let open = try engine.context(params)
    let blocks = open.context.decoder.blockCount
    guard let site = Site(name: params.site) else {
      throw KernelError.unsupported(SiteName.refusal(of: params.site))
    }
    guard site.block < blocks else {
      throw KernelError.unsupported(
        "\"\(params.site)\" is not a site of this model: expected resid_post.0 … "
          + "resid_post.\(blocks - 1)")
    }
    let span = params.span.map { $0.start..<$0.end } ?? 0..<open.context.tokenCount
    _ = try open.context.positions(of: .span(span))
    let residual = try open.context.residual(
      after: site.block, keep: false, cancellation: Cancellation(call))
    let rows = residual.slice(rows: span)
    return Result(tensor: WireTensor(shape: [rows.rows, rows.columns], values: rows.values))
  }
}
