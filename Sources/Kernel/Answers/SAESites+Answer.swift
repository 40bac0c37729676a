import Interpretation
package import JSONRPC
package import KernelProtocol
import Models

extension SAESites: EngineAnswerable {
  package static func answer(_ params: Params, engine: Engine, call: Call) throws -> Result {
    let model = try engine.model(named: params.model)
    let decoder = model.model.decoder
    return Result(
      model: model.name, blocks: decoder.blockCount,
      sites: decoder.servedPlaces.map(Place.init) + elsewhere)
  }

  /// Places that people ask about and that are none of a decoder's blocks, or of more than one.
  private static let elsewhere = [
    Place(
      site: "vision tower", names: ["model.vision_tower.encoder.layers.N"], isServed: false,
      reason: "the layers of a picture's encoder are no sites: its autoencoders are not loaded"),
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
    self.init(
      site: place.name, first: place.blocks.lowerBound, last: place.blocks.upperBound - 1,
      width: place.width, names: place.names, isServed: place.refusal == nil,
      reason: place.refusal)
  }
}
