import Autoencoders
import Corpora
import FeatureIndex
import FoundationEssentials
import Images
import Indexing
import Interpretation
import KernelProtocol
import Models
import Tensors

/// The work of `index/build`, in steps of one entry on the engine's thread; what waits for the disk is for another.
final class IndexBuildWork {
  enum Step {
    /// Something was done.
    case more
    /// The corpus has nothing yet.
    case waiting
    case done(IndexBuild.Built)
  }

  private let params: IndexBuild.Params
  private let corpus: CorpusSource
  private let path: String
  private let commitEntries: Int?
  private var store: FeatureIndexStore?
  private var builder: IndexBuilder?
  private var plan: Plan?

  /// What the engine gives a build before the index is opened.
  private struct Plan {
    let identity: IndexIdentity
    let options: IndexOptions
    let model: Model
    let feature: LoadedAutoencoder
    let limits: PictureLimits
  }

  /// Whether the next step is one for the engine's thread; opening the index and waiting for it are not.
  var needsEngine: Bool { builder?.needsModel ?? (plan == nil) }

  /// - Parameter standardInput: whether the corpus may come from it.
  /// - Throws: `KernelError` for paths that cannot be.
  init(
    _ params: IndexBuild.Params, standardInput: Bool = false, commitEntries: Int? = nil
  ) throws {
    self.params = params
    self.commitEntries = commitEntries
    path = try NewFilePath(params.path).path
    corpus = try CorpusSource(params.corpus, standardInput: standardInput)
  }

  /// Asks the engine, opens the index, then takes in one entry a step.
  ///
  /// - Parameter engine: where the step needs it.
  /// - Throws: `FeatureIndexError.diskFull`, after which the next step tries again; what ends the job otherwise.
  func step(engine: Engine?, cancellation: Cancellation) throws -> Step {
    guard let builder else {
      if let plan { try open(plan) } else if let engine { plan = try makePlan(engine) }
      return .more
    }
    let taken = try builder.step(
      admit: { bytes in
        guard let engine else { preconditionFailure("the model runs on the engine's thread") }
        do { try engine.reserve(bytes, for: "a prompt") } catch {
          throw IndexBuilder.TooLarge(message: "\(error)")
        }
      }, cancellation: cancellation)
    switch taken {
    case .entry, .writing: return .more
    case .waiting: return .waiting
    case .done: return .done(try result(builder.progress))
    }
  }

  /// Writes what is not written yet: before a pause, and before an end.
  func settle() throws { try builder?.commit() }

  var progress: IndexProgress? { builder?.progress }

  private func makePlan(_ engine: Engine) throws -> Plan {
    let resident = try engine.autoencoder(named: params.sae)
    let model = try engine.model(named: resident.modelName).model
    let options = try params.indexOptions(for: model)
    let needed = IndexAccumulator.byteCount(
      latents: resident.feature.autoencoder.latents, exemplars: options.exemplars,
      views: options.views.count)
    try engine.reserve(needed, for: "an index's tables")
    return Plan(
      identity: try engine.identity(of: resident), options: options, model: model,
      feature: resident.feature, limits: engine.decodingLimits().halved)
  }

  private func open(_ plan: Plan) throws {
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
        model: plan.model, feature: plan.feature, views: Set(plan.options.views),
        usesTemplate: params.template == .model),
      options: options, write: { try store.commit($0) })
    (self.store, self.builder) = (store, builder)
  }

  private func result(_ progress: IndexProgress) throws -> IndexBuild.Built {
    guard let store else { preconditionFailure("a build that ended before it began") }
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

extension IndexBuild.Params {
  /// The views of the model's pictures, and text, as far as they are asked for.
  private func indexViews(of model: Model) throws(KernelError) -> [IndexView] {
    let known =
      model.pictures.map { $0.viewNames.map { IndexView($0) } + [.text] } ?? IndexView.numbered
    guard let views else { return known }
    if let stranger = views.first(where: { !known.contains(IndexView($0)) }) {
      throw .unsupported(
        "the model's prompts have no view \"\(stranger.prefix(200))\": expected "
          + known.map(\.name).joined(separator: ", "))
    }
    return known.filter { views.contains($0.name) }
  }

  /// - Throws: `KernelError.unsupported` for a view that the model's prompts do not have.
  fileprivate func indexOptions(for model: Model) throws(KernelError) -> IndexOptions {
    let defaults = IndexOptions()
    return IndexOptions(
      exemplars: exemplars ?? defaults.exemplars,
      sampledTokens: sampledTokens ?? defaults.sampledTokens,
      spanTokens: spanTokens ?? defaults.spanTokens,
      template: (template ?? .none).rawValue, views: try indexViews(of: model))
  }
}

extension CorpusSource {
  /// - Throws: `KernelError.pathDenied`, `.notFound`; `.unsupported` for a standard input that is the wire.
  init(_ corpus: CorpusPlace, standardInput: Bool) throws {
    switch corpus {
    case .folder(let path): self = .folder(try FilePath(path).path)
    case .list(let path): self = .list(try FilePath(path).path)
    case .tar(let path): self = .archive(try FilePath(path).path)
    case .prompts(let path): self = .prompts(try FilePath(path).path)
    case .stdin:
      guard standardInput else {
        throw KernelError.unsupported(
          "the kernel's standard input is the wire: give {\"tar\": path} with a named pipe")
      }
      self = .stream(0)
    }
  }
}
