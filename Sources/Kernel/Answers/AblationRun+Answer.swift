import Interpretation
package import JSONRPC
package import KernelProtocol
import Tensors

extension AblationRun: EngineAnswerable {
  package static func answer(_ params: Params, engine: Engine, call: Call) throws -> Result {
    let open = try engine.context(params)
    let autoencoder = try engine.autoencoder(named: params.sae, for: open)
    let targets = try params.targets.map(open.target)
    let chain = SpliceChain(
      try engine.changes(of: autoencoder, params.interventions, on: open),
      splice: Interpretation.Splice(params.splice))
    try engine.reserveRun(
      of: open, autoencoders: chain.changes.map(\.autoencoder),
      extraTokens: targets.map(\.continuation.count).max() ?? 0, savesForPullback: false)
    let result = try open.context.ablate(
      chain, targets: targets, topChanges: params.topK ?? 10,
      progress: { call.report(title: "Ablating", fraction: $0) },
      cancellation: Cancellation(call))
    let changes = result.topChanges.map {
      Change(
        token: $0.token, text: open.text(ofToken: $0.token), before: Double($0.before),
        after: Double($0.after))
    }
    return Result(
      targets: result.targets.map {
        TargetValues(
          before: Double($0.before), reconstruction: Double($0.reconstruction),
          after: Double($0.after))
      }, topChanges: changes, kl: Double(result.divergence),
      receipts: SpliceReceipt.all(result.receipts, of: chain))
  }
}
