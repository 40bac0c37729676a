import Interpretation
internal import JSON
package import JSONRPC
package import KernelProtocol
import Tensors

extension KernelProtocol.FeatureActivations: EngineAnswerable {
  package static func answer(_ params: Params, engine: Engine, call: Call) throws -> Result {
    let open = try engine.context(params)
    let autoencoder = try engine.autoencoder(named: params.sae, for: open)
    let ranking: Interpretation.FeatureActivations.Ranking =
      switch params.rankBy {
      case nil, .max: .max
      case .mean: .mean
      case .sum: .sum
      }
    let found = try open.context.activations(
      of: autoencoder, at: open.context.positions(of: params.region.map { [ContextRegion($0)] }),
      topK: params.topK ?? 20, rankedBy: ranking, cancellation: Cancellation(call))
    let items = found.items.map { item in
      Item(
        feature: FeatureRef(sae: autoencoder.name, index: item.latent), score: Double(item.score),
        positions: item.positions.map {
          Activation(position: $0.position, value: Double($0.value))
        })
    }
    var result = Result(items: items, l0: found.l0, fvu: found.fvu)
    if call.wantsPartialResults {
      call.stream(try items.map { try JSONValue(encoding: $0) })
      result.items = []
    }
    return result
  }
}
