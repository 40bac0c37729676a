import Explanations
import FeatureIndex
import Interpretation
import JSONRPC
import Jobs
import KernelProtocol
import Models
import Tensors

/// Draws random pictures of an index for a job and runs them, one a step.
final class ScorePool {
  static let defaultCount = 100

  private let sae: String
  private let view: IndexView
  private let store: FeatureIndexStore
  private let drawn: PoolDraw
  private var harvest: PoolHarvest?

  /// - Throws: `DomainError` where no picture of the index can be read.
  init(
    _ params: ExplanationScore.Params, view: IndexView, store: FeatureIndexStore,
    cancellation: Cancellation
  ) throws {
    sae = params.sae
    self.view = view
    self.store = store
    drawn = try PoolDraw(
      params.pool ?? Self.defaultCount, of: store, in: view, seed: UInt64(params.seed ?? 0),
      isStopped: { try cancellation.check() })
    guard !drawn.items.isEmpty else {
      throw DomainError(
        .imageUnreadable, "none of the index's pictures in the view \(view.name) can be read",
        hint: "put them back where they were, or build the index with keepPictures: copy")
    }
  }

  var progress: Job.Progress? {
    Job.Progress(done: harvest?.done ?? 0, total: drawn.items.count, message: "random pictures")
  }

  /// - Returns: the pool once all pictures have run.
  func step(engine: Engine, tools: JobTools) throws -> PicturePool? {
    let harvest = try self.harvest ?? begin(engine)
    if harvest.done == harvest.total {
      for reason in harvest.skipped { tools.log("left out of the random pictures: \(reason)") }
      return harvest.finish()
    }
    try harvest.step(
      limits: engine.decodingLimits(),
      admit: { try engine.reserve($0, for: "a random picture, and what is kept of them") },
      cancellation: tools.cancellation)
    return nil
  }

  private func begin(_ engine: Engine) throws -> PoolHarvest {
    let resident = try engine.autoencoder(named: sae)
    let made = PoolHarvest(
      drawn, of: store, model: try engine.model(named: resident.modelName).model,
      autoencoder: resident.autoencoder, view: view)
    harvest = made
    return made
  }
}
