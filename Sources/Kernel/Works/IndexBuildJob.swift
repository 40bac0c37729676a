import Autoencoders
import Corpora
import FeatureIndex
import FoundationEssentials
import Images
import Indexing
import Interpretation
import JSON
import JSONRPC
import Jobs
import KernelProtocol
import Models
import Tensors

extension IndexBuild: JobRequest {
  static func work(_ params: Params, _ settings: JobSettings) throws -> any JobWork<Engine> {
    try settings.installed.refuse(writingTo: params.path)
    return try IndexBuildJob(params, settings)
  }
}

/// `index/build` as a job: an entry a step on the engine's thread, or one question about it, or a
/// token of an answer. Opening the index, and whatever waits for the disk, is for the job's own.
/// Then, where it is asked for, the work of `index/annotate`.
final class IndexBuildJob: JobWork {
  private enum Phase {
    /// The engine says what the build runs.
    case planning
    case opening(Plan)
    case building(FeatureIndexStore, IndexBuilder)
    /// What the build gave, and the job that goes on with its index.
    case annotating(IndexBuild.Built, AnnotateJob)
  }

  /// What the engine gives a build before the index is opened.
  private struct Plan {
    let identity: IndexIdentity
    let options: IndexOptions
    let model: Model
    let autoencoder: LoadedAutoencoder
    let limits: PictureLimits
  }

  private let params: IndexBuild.Params
  private let corpus: CorpusSource
  private let questions: ItemCoder.Questions?
  private let path: String
  private let commitEntries: Int?
  private var phase = Phase.planning

  /// - Throws: `KernelError` for paths that cannot be, and for what cannot be asked.
  init(_ params: IndexBuild.Params, _ settings: JobSettings) throws {
    self.params = params
    commitEntries = settings.commitEntries
    path = try NewFilePath(params.path).path
    corpus = try CorpusSource(params.corpus, standardInput: settings.readsStandardInput)
    questions = try params.pictureQuestions()
  }

  func next(_ tools: JobTools) -> JobStep<Engine> {
    switch phase {
    case .planning:
      .engine { [self] engine in
        phase = .opening(try plan(engine))
        return .more
      }
    case .opening(let plan):
      .ownThread { [self] in
        try Self.pausingWhereFull {
          phase = try open(plan)
          return .more
        }
      }
    case .building(let store, let builder):
      if builder.needsModel {
        .engine { [self] engine in
          try step(builder, store) {
            try builder.step(
              admit: { bytes in
                do { try engine.reserve(bytes, for: "a prompt") } catch {
                  throw IndexBuilder.TooLarge(message: "\(error)")
                }
              }, cancellation: tools.cancellation)
          }
        }
      } else {
        .ownThread { [self] in
          try step(builder, store) { try builder.step(cancellation: tools.cancellation) }
        }
      }
    case .annotating(let built, let annotation):
      annotation.next(tools).map { outcome in
        guard case .done(let annotated) = outcome else { return outcome }
        var whole = built
        whole.annotated = try annotated.decode(path: "annotated")
        return .done(try JSONValue(encoding: whole))
      }
    }
  }

  var settling: JobTask<Engine, Void>? {
    .ownThread { [self] in if case .building(_, let builder) = phase { try builder.commit() } }
  }

  var progress: Job.Progress? {
    if case .annotating(_, let annotation) = phase {
      var progress = annotation.progress
      progress?.message = "features annotated"
      return progress
    }
    guard case .building(_, let builder) = phase else { return nil }
    let progress = builder.progress
    let rate = progress.itemsPerSecond
    let left = progress.total.map { Double(max(0, $0 - progress.done)) }
    return Job.Progress(
      done: progress.done, total: progress.total, rate: rate,
      remainingSeconds: rate > 0 ? left.map { $0 / rate } : nil,
      message: "\(progress.items) indexed, \(progress.skipped) skipped",
      metrics: ["overhead": progress.overhead])
  }

  private func plan(_ engine: Engine) throws -> Plan {
    let resident = try engine.autoencoder(named: params.sae)
    try resident.autoencoder.weights.requireUnsigned(for: "a feature index")
    let model = try engine.model(named: resident.modelName).model
    let options = try params.indexOptions(
      for: model, of: resident.autoencoder.site, asking: questions)
    let needed = IndexAccumulator.byteCount(
      latentCount: resident.autoencoder.weights.latentCount, exemplars: options.exemplars,
      views: options.views.count)
    try engine.reserve(needed, for: "an index's tables")
    return Plan(
      identity: try engine.identity(of: resident), options: options, model: model,
      autoencoder: resident.autoencoder, limits: engine.decodingLimits().halved)
  }

  private func open(_ plan: Plan) throws -> Phase {
    let store = try FeatureIndexStore.openOrCreate(
      at: path, identity: plan.identity, options: plan.options)
    var options = IndexBuilder.Options()
    if let commitEntries { options.commitEntries = commitEntries }
    options.reader.limit = params.limit
    options.reader.limits = plan.limits
    options.reader.copiesPictures = params.keepPictures == .copy
    if let shard = params.shard {
      options.reader.shard = try CorpusShard(index: shard.index, count: shard.count)
    }
    let builder = IndexBuilder(
      resuming: try store.state(), corpus: corpus,
      coder: ItemCoder(
        model: plan.model, autoencoder: plan.autoencoder, views: Set(plan.options.views),
        usesTemplate: params.renderedTemplate == .model, questions: questions),
      options: options, write: { try store.commit($0) })
    return .building(store, builder)
  }

  /// - Parameter take: takes an entry in, or waits for the disk.
  private func step(
    _ builder: IndexBuilder, _ store: FeatureIndexStore, take: () throws -> IndexBuilder.Step
  ) throws -> StepOutcome {
    try Self.pausingWhereFull {
      switch try take() {
      case .entry, .part, .writing: .more
      case .waiting: .waiting
      case .done: try end(result(builder.progress, store))
      }
    }
  }

  /// Lets go of the index, for the job that goes on with it where one is wanted.
  private func end(_ built: IndexBuild.Built) throws -> StepOutcome {
    guard params.annotate == true else { return .done(try JSONValue(encoding: built)) }
    phase = .annotating(
      built, try AnnotateJob(IndexAnnotate.Params(index: path, sae: params.sae)))
    return .more
  }

  /// A step that fails for a full disk may be tried again.
  private static func pausingWhereFull(_ step: () throws -> StepOutcome) throws -> StepOutcome {
    do { return try step() } catch FeatureIndexError.diskFull(let path) {
      return .pause("\(FeatureIndexError.diskFull(path: path))")
    }
  }

  private func result(
    _ progress: IndexProgress, _ store: FeatureIndexStore
  ) throws -> IndexBuild.Built {
    try store.checkIsThere()
    let facts = try store.facts()
    return IndexBuild.Built(
      path: path, items: facts.items,
      skipped: IndexBuild.Skipped(
        duplicate: facts.skipped[.duplicate] ?? 0, unreadable: facts.skipped[.unreadable] ?? 0,
        unusable: facts.skipped[.unusable] ?? 0),
      newItems: progress.items, seconds: progress.seconds,
      itemsPerSecond: progress.itemsPerSecond, modelSeconds: progress.modelSeconds,
      codeSeconds: progress.codeSeconds, overhead: progress.overhead)
  }
}
