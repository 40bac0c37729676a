import Interpretation
internal import JSON
package import JSONRPC
package import KernelProtocol
import Models
import Tensors

extension SteeringGenerate: EngineAnswerable {
  /// The steered continuation beside those it is compared with, all with the same seed.
  package static func answer(_ params: Params, engine: Engine, call: Call) throws -> Result {
    let open = try engine.context(params)
    let autoencoder = try engine.autoencoder(named: params.sae, for: open)
    let recipe = try params.recipe.map { try AppliedRecipe(at: $0, engine) }
    let splice = Interpretation.Splice(params.splice ?? recipe?.splice)
    let options = try open.generationOptions(
      maxTokens: params.maxTokens, temperature: params.temperature, topP: params.topP,
      seed: params.seed, stop: params.stop)
    let chain = SpliceChain(
      try engine.changes(
        of: autoencoder, after: recipe?.interventions(on: open, by: autoencoder) ?? [],
        params.interventions, on: open), splice: splice)
    let autoencoders = chain.changes.map(\.autoencoder)
    try engine.reserveRun(of: open, autoencoders: autoencoders, savesForPullback: false)
    try engine.reserveGeneration(of: open, maxTokens: params.maxTokens)
    let runs = SteeringRuns(open: open, options: options, call: call)
    let (steered, steeredRun) = try runs.run(.steered, Steering(chain))
    var outputs = [steered]
    for comparison in params.compareWith ?? [] {
      switch comparison {
      case .plain: outputs.append(try runs.run(.plain, nil).0)
      case .reconstruction:
        let rebuilt = SpliceChain(
          autoencoders.map { FeatureChanges(of: $0, []) },
          splice: Interpretation.Splice(errorTerm: .drop))
        outputs.append(try runs.run(.reconstruction, Steering(rebuilt)).0)
      }
    }
    return Result(
      outputs: outputs,
      effect: Effect(klPerToken: WireNumbers(steeredRun.divergences.map { Double($0) })),
      receipt: Receipt(
        steps: steeredRun.receipt.passes, positions: steeredRun.receipt.positions,
        meanNorm: steeredRun.receipt.meanNorm, dropped: steeredRun.receipt.dropped),
      receipts: SpliceReceipt.all(steeredRun.receipts, of: chain))
  }
}

/// Continuations of one context, all with the same options.
private struct SteeringRuns {
  let open: OpenContext
  let options: GenerationOptions
  let call: Call

  /// - Parameter steering: nil leaves the model as it is.
  func run(
    _ name: SteeringGenerate.OutputName, _ steering: Steering?
  ) throws -> (SteeringGenerate.Output, SteeredGeneration) {
    let run = try open.context.generate(
      options, steering: steering, comparing: name == .steered,
      onToken: { token in
        call.report(title: "Generating (\(name.rawValue))")
        guard call.wantsPartialResults else { return }
        call.stream(
          [try JSONValue(encoding: GeneratedToken(token))], as: "tokens",
          with: ["name": .string(name.rawValue)])
      },
      cancellation: Cancellation(call))
    let generation = run.generation
    let output = SteeringGenerate.Output(
      name: name, text: generation.text,
      tokens: call.wantsPartialResults ? [] : generation.tokens.map(GeneratedToken.init),
      finish: Finish(generation.finish))
    return (output, run)
  }
}
