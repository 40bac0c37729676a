import Autoencoders
import Explanations
import FeatureIndex
import Interpretation
import JSONRPC
import KernelProtocol
import Models
import Tensors

/// Runs a concept set's pictures for a job, one a step.
final class ConceptRun {
  private let conceptSet: ConceptSet
  private let sae: String
  /// nil: the last of a picture's.
  private let view: IndexView?
  private let prompt: ConceptPrompt?
  private var harvest: ConceptHarvest?
  /// SHA-256 of the set's list, in hexadecimal.
  let digest: String

  /// - Throws: `ConceptError`, `KernelError` for paths that cannot be.
  init(concepts: String, sae: String, view: String?, prompt: ConceptPrompt?) throws {
    let path = try FilePath(concepts).path
    conceptSet = try ConceptSet(path: path)
    digest = try ConceptSet.digest(ofFile: path)
    self.sae = sae
    self.view = view.map { IndexView($0) }
    self.prompt = prompt
  }

  /// - Returns: the maps once all pictures have run.
  func step(engine: Engine, cancellation: Cancellation) throws -> ConceptMaps? {
    let harvest = try self.harvest ?? begin(engine)
    if harvest.done == harvest.total { return harvest.finish() }
    try harvest.step(
      limits: engine.decodingLimits(),
      admit: {
        try engine.reserve($0, for: "a picture of the concept set, and what is kept of them")
      },
      cancellation: cancellation)
    return nil
  }

  private func begin(_ engine: Engine) throws -> ConceptHarvest {
    let resident = try engine.autoencoder(named: sae)
    try resident.autoencoder.weights.requireUnsigned(for: "a comparison with concepts")
    let model = try engine.model(named: resident.modelName).model
    let made = try ConceptHarvest(
      conceptSet, model: model, autoencoder: resident.autoencoder,
      view: view ?? IndexView(model.pictures?.finestView ?? IndexView.tiles.name),
      text: prompt?.text, usesTemplate: prompt?.template == .model)
    harvest = made
    return made
  }

  var progress: Job.Progress? {
    harvest.map { Job.Progress(done: $0.done, total: $0.total, message: "pictures") }
  }
}
