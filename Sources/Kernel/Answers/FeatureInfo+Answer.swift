import Interpretation
import JSONRPC
import KernelProtocol
import Models
import Tensors
import Tokenization

extension FeatureInfo: EngineAnswerable {
  static func answer(_ params: Params, engine: Engine, call: Call) throws -> Result {
    let resident = try engine.autoencoder(named: params.feature.sae)
    let model = try engine.model(named: resident.modelName).model
    let found = try resident.feature.information(
      ofLatent: params.feature.index, decoder: model.decoder, count: params.topK ?? 10,
      cancellation: Cancellation(call))
    func effects(_ effects: [FeatureInformation.TokenEffect]) -> [TokenEffect] {
      effects.map {
        TokenEffect(
          token: $0.token, text: model.tokenizer.tokenText($0.token) ?? "", value: Double($0.effect)
        )
      }
    }
    return Result(
      stats: Stats(
        decoderNorm: Double(found.decoderNorm), encoderBias: Double(found.encoderBias)),
      logits: Logits(promoted: effects(found.promoted), suppressed: effects(found.suppressed)),
      neighbours: found.neighbours.map {
        Neighbour(
          feature: FeatureRef(sae: params.feature.sae, index: $0.latent),
          cosine: Double($0.cosine))
      })
  }
}
