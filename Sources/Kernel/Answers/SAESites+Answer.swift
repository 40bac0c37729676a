import Interpretation
package import JSONRPC
package import KernelProtocol
import Models

extension SAESites: EngineAnswerable {
  package static func answer(_ params: Params, engine: Engine, call: Call) throws -> Result {
    let model = try engine.model(named: params.model)
    return Result(
      model: model.name, blocks: model.model.decoder.blockCount,
      sites: model.model.servedPlaces.map(Place.init) + elsewhere)
  }

  /// Places that people ask about and that are no tensor of one meaning, or of several blocks.
  private static let elsewhere = [
    Place(
      site: "hook_mlp_in", names: ["blocks.N.hook_mlp_in", "blocks.N.hook_attn_in"],
      isServed: false,
      reason: "the name stands for the residual stream in one version of TransformerLens and for "
        + "what its norm makes in another: say resid_mid.N or mlp_in.N"),
    Place(
      site: "crosscoders, cross-layer transcoders", names: [], isServed: false,
      reason: "they read or make several blocks at once"),
  ]
}

extension SAESites.Place {
  init(_ place: ServedPlace) {
    let isThere = !place.blocks.isEmpty
    self.init(
      site: place.name, first: isThere ? place.blocks.lowerBound : nil,
      last: isThere ? place.blocks.upperBound - 1 : nil, width: isThere ? place.width : nil,
      names: place.names, isServed: place.refusal == nil, reason: place.refusal)
  }
}
