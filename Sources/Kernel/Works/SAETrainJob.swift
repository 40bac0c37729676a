import Autoencoders
import Checkpoints
import Corpora
import FoundationEssentials
import Interpretation
import JSON
import JSONRPC
package import Jobs
package import KernelProtocol
import Models
import Tensors

extension SAETrain: JobRequest {
  package static func work(
    _ params: Params, _ settings: JobSettings
  ) throws -> any JobWork<Engine> {
    try SAETrainJob(params, standardInput: settings.readsStandardInput)
  }
}

/// `sae/train` as a job. Three parts, each in small steps: the tokens of the corpus are counted, so
/// that what does not fit in memory is refused before any of it is run; their residuals are
/// collected, a prompt a step; the optimiser makes a step a step, saving its state now and then.
///
/// A later run collects the residuals again, which are the same, and continues from the saved
/// state.
final class SAETrainJob: EngineJob {
  private enum Phase {
    case beginning
    case counting(PromptStream, tokens: Int)
    case collecting(PromptStream, expected: Int?)
    case training(TopKTrainer, MatrixActivationSource)
    case finished
  }

  private let params: SAETrain.Params
  private let corpus: CorpusSource
  private var phase = Phase.beginning
  private var lock: JobLock?
  private var rows = Matrix(rows: 0, columns: 0)
  private var entries = 0
  private var skipped = 0
  private var tokens = 0
  private var last: TrainingProgress?
  private var toldAt: ContinuousClock.Instant?
  private(set) var progress: Job.Progress?

  /// - Throws: `KernelError` for what cannot be.
  init(_ params: SAETrain.Params, standardInput: Bool) throws {
    self.params = params
    corpus = try CorpusSource(params.corpus, standardInput: standardInput)
    guard params.output.hasPrefix("/"), !params.output.utf8.contains(0) else {
      throw KernelError.pathDenied(path: params.output, reason: "it must be an absolute folder")
    }
    guard PlacePair(params.site).isKnown else {
      throw KernelError.unsupported(SiteName.refusal(of: params.site))
    }
  }

  func step(_ engine: Engine, _ tools: JobTools) throws -> StepOutcome {
    do {
      switch phase {
      case .beginning:
        try begin(engine)
        return .more
      case .counting(let prompts, let tokens): return try count(prompts, tokens, engine, tools)
      case .collecting(let prompts, let expected):
        return try collect(prompts, expected, engine, tools)
      case .training(let trainer, var source):
        defer { if case .training = phase { phase = .training(trainer, source) } }
        return try train(trainer, &source, engine)
      case .finished: throw CancellationError()
      }
    } catch AutoencoderError.writing(let path, let reason) {
      return .pause("\(path) cannot be written: \(reason)")
    }
  }

  /// Saves the trainer, so that nothing is lost by a pause; what it holds is given back.
  var settling: JobTask<Engine, Void>? { .engine { [self] engine in try settle(engine) } }

  private func settle(_ engine: Engine) throws {
    defer {
      engine.release(self)
      lock = nil
    }
    if case .training(let trainer, let source) = phase, trainer.step > 0 {
      try trainer.saveCheckpoint(to: statePath, position: source.position)
    }
  }

  // MARK: The parts

  private var statePath: String { params.output + "/trainer.safetensors" }

  private func model(_ engine: Engine) throws -> Model {
    if let name = params.model, name.hasPrefix("/") {
      return try engine.loadModel(path: FilePath(name).path, precision: nil).model
    }
    return try engine.model(named: params.model).model
  }

  /// What is trained on: a tensor that can be changed, and that the one file names.
  private func site(in model: Model) throws -> AutoencoderSite {
    let place: AutoencoderSite
    do { place = try AutoencoderSite(named: params.site, in: model) } catch {
      throw KernelError.unsupported(error.reason)
    }
    guard place.isOfOnePlace else {
      throw KernelError.unsupported(
        "\(place.name) is a transcoder's: autoencoders are trained, which make what they read")
    }
    return place
  }

  /// sparsify's name of a layer is that of its module; what is no module's output has the kernel's.
  private static func folderName(_ site: AutoencoderSite) -> String {
    site.towerLayer == nil && site.input.place == .residualPost
      ? "model.layers.\(site.input.block)" : site.name
  }

  private func begin(_ engine: Engine) throws {
    let model = try model(engine)
    let width = try site(in: model).widths(in: model).input
    _ = try options(inputSize: width)
    do {
      try FileManager.default.createDirectory(
        atPath: params.output, withIntermediateDirectories: true)
    } catch {
      throw KernelError.pathDenied(path: params.output, reason: "the folder cannot be made")
    }
    guard let lock = JobLock.take(params.output + "/.trainer.lock") else {
      throw DomainError(
        .busy, "another training writes to \(params.output), or its folder cannot be written")
    }
    self.lock = lock
    rows = Matrix(rows: 0, columns: width)
    phase =
      corpus.isReadOnce
      ? .collecting(prompts(model, engine), expected: nil)
      : .counting(prompts(model, engine), tokens: 0)
  }

  private func prompts(_ model: Model, _ engine: Engine) -> PromptStream {
    PromptStream(
      corpus, limit: params.limit, template: params.template, model: model,
      pictures: engine.decodingLimits())
  }

  /// Counts one prompt's tokens, and at the end refuses what would not fit.
  private func count(
    _ prompts: PromptStream, _ tokens: Int, _ engine: Engine, _ tools: JobTools
  ) throws -> StepOutcome {
    switch try prompts.next(cancellation: tools.cancellation, log: { _ in }) {
    case .waiting: return .waiting
    case .skipped: break
    case .prompt(let prompt):
      phase = .counting(prompts, tokens: tokens + prompt.tokens.count)
    case .end:
      let model = try model(engine)
      try hold(tokens, engine)
      rows.reserve(rows: tokens)
      tools.log("\(tokens) tokens in \(prompts.visited) entries")
      phase = .collecting(self.prompts(model, engine), expected: tokens)
      return .more
    }
    progress = Job.Progress(
      done: prompts.visited, total: prompts.count, message: "counting tokens: \(tokens)")
    return .more
  }

  /// Sets memory aside for the activations and the trainer: parameters, their gradients and two
  /// moments.
  private func hold(_ tokens: Int, _ engine: Engine) throws {
    let width = rows.columns
    let (activations, isLarge) = tokens.multipliedReportingOverflow(by: 4 * width)
    let (weights, isHuge) = params.latents.multipliedReportingOverflow(by: 2 * 4 * 4 * width)
    let (needed, overflow) = activations.addingReportingOverflow(weights)
    try engine.hold(
      isLarge || isHuge || overflow ? .max : needed, by: self,
      for: "a training of \(params.latents) latents on \(tokens) tokens")
  }

  /// Collects one prompt's residuals.
  private func collect(
    _ prompts: PromptStream, _ expected: Int?, _ engine: Engine, _ tools: JobTools
  ) throws -> StepOutcome {
    switch try prompts.next(cancellation: tools.cancellation, log: tools.log) {
    case .waiting: return .waiting
    case .skipped: break
    case .prompt(let prompt):
      let model = try model(engine)
      let harvest = SiteHarvest(model: model, reading: try site(in: model))
      try engine.reserve(harvest.byteCount(prompt), for: "a prompt")
      let residual: Matrix
      do {
        residual = try harvest.read(prompt, cancellation: tools.cancellation)
      } catch InterpretationError.pictureWithoutRows(let reason) {
        prompts.skip("entry \(prompts.visited)", reason, tools.log)
        break
      }
      // A stream's tokens cannot be counted beforehand.
      if expected == nil { try hold((rows.rows + residual.rows) / 2 * 3, engine) }
      rows.append(residual)
      entries += 1
    case .end:
      skipped = prompts.skipped
      try beginTraining(engine, tools)
      return .more
    }
    progress = Job.Progress(
      done: prompts.visited, total: prompts.count,
      message: "collecting activations: \(rows.rows) tokens, \(prompts.skipped) skipped")
    return .more
  }

  private func options(inputSize: Int) throws -> TrainerOptions {
    try TrainerOptions(
      inputSize: inputSize, latentCount: params.latents, k: params.k, steps: params.steps,
      learningRate: params.learningRate, warmUpSteps: min(1000, params.steps / 10),
      deadAfterTokens: params.deadAfter ?? 500_000, seed: UInt64(params.seed ?? 0))
  }

  private func beginTraining(_ engine: Engine, _ tools: JobTools) throws {
    tokens = rows.rows
    guard tokens >= 2 else {
      throw KernelError.unsupported(
        "the corpus has \(tokens) tokens that can be used, \(skipped) entries were skipped")
    }
    var source = try MatrixActivationSource(
      rows, batchSize: params.batch ?? 2048, seed: UInt64(params.seed ?? 0))
    rows = Matrix(rows: 0, columns: rows.columns)
    let compute = Compute(team: engine.team, precision: .float32)
    let options = try options(inputSize: rows.columns)
    guard FileManager.default.fileExists(atPath: statePath) else {
      phase = .training(try TopKTrainer(options: options, compute: compute), source)
      return
    }
    let (trainer, position) = try TopKTrainer.resume(from: statePath, compute: compute)
    guard trainer.options == options else {
      throw KernelError.unsupported(
        "\(statePath) was saved by a training with other options: give those, or remove it")
    }
    try source.move(to: position)
    tools.log("continues at step \(trainer.step)")
    phase = .training(trainer, source)
  }

  private func train(
    _ trainer: TopKTrainer, _ source: inout MatrixActivationSource, _ engine: Engine
  ) throws -> StepOutcome {
    guard trainer.step < params.steps, let batch = source.nextBatch() else {
      return .done(try JSONValue(encoding: try finish(trainer, engine)))
    }
    let made = try trainer.step(batch)
    last = made
    tell(made)
    if made.step % (params.saveEvery ?? 500) == 0, made.step < params.steps {
      try trainer.saveCheckpoint(to: statePath, position: source.position)
    }
    return .more
  }

  /// Figures change once a second, so that they can be read.
  private func tell(_ made: TrainingProgress) {
    var metrics = progress?.metrics
    if metrics == nil || made.step == params.steps
      || toldAt.map({ .now - $0 >= .seconds(1) }) ?? true
    {
      toldAt = .now
      metrics = [
        "fvu": made.fvu, "l0": made.l0, "dead": Double(made.dead),
        "learningRate": made.learningRate, "tokensPerSecond": made.tokensPerSecond,
      ]
    }
    let rate = made.tokensPerSecond / Double(params.batch ?? 2048)
    progress = Job.Progress(
      done: made.step, total: params.steps, rate: rate,
      remainingSeconds: rate > 0 ? Double(params.steps - made.step) / rate : nil,
      message: "training on \(tokens) tokens, \(skipped) entries skipped", metrics: metrics)
  }

  private func finish(_ trainer: TopKTrainer, _ engine: Engine) throws -> SAETrain.Trained {
    let site = try site(in: try model(engine))
    let folder = params.output + "/" + Self.folderName(site)
    try trainer.writeAutoencoder(to: folder, as: (params.type ?? .float32).scalar)
    try? FileManager.default.removeItem(atPath: statePath)
    try? FileManager.default.removeItem(atPath: params.output + "/.trainer.lock")
    phase = .finished
    engine.release(self)
    lock = nil
    return SAETrain.Trained(
      path: folder, site: site.name, latents: params.latents, k: params.k,
      steps: trainer.step, tokens: tokens, entries: entries, skipped: skipped, fvu: last?.fvu,
      l0: last?.l0, dead: trainer.deadLatents.count)
  }
}

extension SAETrain.WeightType {
  var scalar: ScalarType {
    switch self {
    case .float32: .float32
    case .float16: .float16
    case .bfloat16: .bfloat16
    }
  }
}
