import Interpretation
internal import JSON
package import JSONRPC
package import KernelProtocol
import Models
import Tensors

extension ContextGenerate: EngineAnswerable {
  /// Continues a context, steered where interventions or a splice are given.
  package static func answer(_ params: Params, engine: Engine, call: Call) throws -> Result {
    let open = try engine.context(params)
    let steering = try steering(params, open: open, engine: engine)
    let options = try open.generationOptions(
      maxTokens: params.maxTokens, temperature: params.temperature, topP: params.topP,
      seed: params.seed, stop: params.stop)
    if params.append == true, steering != nil {
      throw KernelError.unsupported(
        "append keeps the model's own run: it cannot follow a steered continuation")
    }
    try engine.reserveGeneration(of: open, maxTokens: params.maxTokens)
    let cancellation = Cancellation(call)
    let generation = try open.context.generate(
      options, steering: steering,
      onToken: { token in
        guard call.wantsPartialResults else { return }
        call.stream([try JSONValue(encoding: GeneratedToken(token))], as: "tokens")
      }, cancellation: cancellation
    ).generation
    var result = Result(
      text: generation.text,
      tokens: call.wantsPartialResults ? [] : generation.tokens.map(GeneratedToken.init),
      finish: Finish(generation.finish))
    result.recipe = recipe(of: params, engine: engine)
    if params.append == true {
      try open.context.append(tokens: generation.tokens.map(\.id), cancellation: cancellation)
      result.version = open.context.version
    }
    return result
  }

  /// The file of the recipe that is followed: the one that is served where nothing is changed.
  private static func recipe(of params: Params, engine: Engine) -> String? {
    let changesNothing = params.interventions == nil && params.sae == nil && params.splice == nil
    return params.recipe ?? (changesNothing ? engine.recipe : nil)
  }

  private static func steering(
    _ params: Params, open: OpenContext, engine: Engine
  ) throws -> Steering? {
    let recipe = try recipe(of: params, engine: engine).map { try AppliedRecipe(at: $0, engine) }
    let stated = params.sae ?? params.interventions?.first?.feature.sae
    guard let name = stated ?? recipe?.autoencoder.name else {
      if params.splice != nil {
        throw KernelError.unsupported("a splice needs an autoencoder: name it with \"sae\"")
      }
      return nil
    }
    let autoencoder = try engine.autoencoder(named: name, for: open)
    return Steering(
      SpliceChain(
        try engine.changes(
          of: autoencoder, after: recipe?.interventions(on: open, by: autoencoder) ?? [],
          params.interventions ?? [], on: open),
        splice: Interpretation.Splice(params.splice ?? recipe?.splice)))
  }
}

extension Finish {
  init(_ finish: Generation.Finish) {
    switch finish {
    case .endToken, .stopString: self = .stop
    case .length: self = .length
    }
  }
}
