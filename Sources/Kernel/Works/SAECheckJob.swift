import AutoencoderFit
import Autoencoders
import Corpora
import Interpretation
import JSON
import JSONRPC
package import Jobs
package import KernelProtocol
import Models
import Tensors

extension SAECheck: JobRequest {
  package static func work(
    _ params: Params, _ settings: JobSettings
  ) throws -> any JobWork<Engine> {
    try SAECheckJob(params, standardInput: settings.readsStandardInput)
  }
}

/// `sae/check` as a job: a prompt a step. Nothing of it is kept on disk: a resumed check begins
/// anew.
final class SAECheckJob: EngineJob {
  private struct Running {
    let prompts: PromptStream
    let autoencoder: LoadedAutoencoder
    var evaluation: AutoencoderEvaluation
  }

  private let params: SAECheck.Params
  private let corpus: CorpusSource
  private var running: Running?

  /// - Throws: `KernelError` for paths that cannot be.
  init(_ params: SAECheck.Params, standardInput: Bool) throws {
    self.params = params
    corpus = try CorpusSource(params.corpus, standardInput: standardInput)
  }

  func step(_ engine: Engine, _ tools: JobTools) throws -> StepOutcome {
    if running == nil { running = try begin(engine) }
    let arrival = try running?.prompts.next(cancellation: tools.cancellation, log: tools.log)
    switch arrival {
    case .waiting: return .waiting
    case .skipped, nil: return .more
    case .prompt(let prompt):
      try add(prompt, engine: engine, tools: tools)
      return .more
    case .end: return .done(try JSONValue(encoding: try result()))
    }
  }

  private func begin(_ engine: Engine) throws -> Running {
    let resident = try engine.autoencoder(named: params.sae)
    let model = try engine.model(named: resident.modelName).model
    return Running(
      prompts: PromptStream(
        corpus, limit: params.limit, template: params.template, model: model,
        pictures: engine.decodingLimits()),
      autoencoder: resident.autoencoder,
      evaluation: AutoencoderEvaluation(model: model, autoencoder: resident.autoencoder))
  }

  /// A prompt that would not fit, or has a picture of which the autoencoder has no rows, is
  /// skipped; a result that is no number fails the job.
  private func add(_ prompt: Prompt, engine: Engine, tools: JobTools) throws {
    guard let running else { return }
    do {
      try engine.reserve(running.evaluation.byteCount(adding: prompt), for: "a prompt")
    } catch let error as KernelError {
      return running.prompts.skip("entry \(running.prompts.visited)", "\(error)", tools.log)
    }
    do {
      try self.running?.evaluation.add(prompt, cancellation: tools.cancellation)
    } catch InterpretationError.pictureWithoutRows(let reason) {
      running.prompts.skip("entry \(running.prompts.visited)", reason, tools.log)
    }
  }

  var progress: Job.Progress? {
    guard let running else { return nil }
    var metrics = ["l0": running.evaluation.l0]
    metrics["fvu"] = running.evaluation.fvu
    return Job.Progress(
      done: running.prompts.visited, total: running.prompts.count,
      message: "\(running.evaluation.tokens) tokens, \(running.prompts.skipped) skipped",
      metrics: metrics)
  }

  private func result() throws -> SAECheck.Checked {
    guard let running, running.evaluation.contexts > 0 else {
      throw KernelError.unsupported(
        "the corpus has no entry that can be used, \(running?.prompts.skipped ?? 0) were skipped")
    }
    let (found, autoencoder) = (running.evaluation, running.autoencoder)
    return SAECheck.Checked(
      sae: autoencoder.name, site: autoencoder.site.name,
      contexts: found.contexts,
      skipped: running.prompts.skipped, tokens: found.tokens, fvu: found.fvu,
      meanContextFvu: found.meanContextFVU, l0: found.l0, latents: autoencoder.weights.latentCount,
      dead: found.deadCount, prediction: found.prediction.map { prediction($0, found) })
  }

  private func prediction(
    _ means: (plain: Double, reconstruction: Double, zero: Double, divergence: Double),
    _ found: AutoencoderEvaluation
  ) -> SAECheck.Prediction {
    let range = means.zero - means.plain
    return SAECheck.Prediction(
      tokens: found.predictedTokens, plain: means.plain, reconstruction: means.reconstruction,
      zero: means.zero,
      lossRecovered: range == 0 ? nil : (means.zero - means.reconstruction) / range,
      kl: means.divergence)
  }
}
