import Interpretation
package import JSONRPC
package import KernelProtocol
import Models
import Tensors

extension ContextLogits: EngineAnswerable {
  package static func answer(_ params: Params, engine: Engine, call: Call) throws -> Result {
    let open = try engine.context(params)
    let logits = try open.context.logits(at: open.context.position(params.position))
    let norm = logSumExp(logits)
    let order = logits.indices.sorted { (logits[$0], $1) > (logits[$1], $0) }
    return Result(
      items: order.prefix(params.topK).map { token in
        Item(
          token: token, text: open.text(ofToken: token), logit: Double(logits[token]),
          logProb: Double(logits[token] - norm))
      })
  }
}
