import Checkpoints
package import FeatureIndex
import JSON

/// Writes an index as Neuronpedia's exports are laid out: a folder of one source with
///
///     model.jsonl  release.jsonl  sourceset.jsonl  source.jsonl
///     features/batch-0.jsonl …     1,024 features each, also those that never fire
///     activations/batch-0.jsonl …  the exemplars of the same features
///     explanations/batch-0.jsonl … their explanations
///
/// with a JSON object a line. Keys are the columns of Neuronpedia's tables, whose importer takes
/// the columns it knows and leaves the rest: `views` of a feature, `imageRef`, `rect`, `view`,
/// `digest` of an activation, `author`, `evidence`, `scores` of an explanation are ours.
/// `protocol/README.md` describes them.
///
/// One state of the index is read, in bounded memory, whatever is committed meanwhile.
package struct NeuronpediaExport {
  package struct Options: Sendable {
    /// Neuronpedia's names of the model and of the set of sources; nil: from
    /// the digest, and "lucarne".
    package var modelID: String?
    package var sourceSet = "lucarne"
    /// The id of the user to whom rows belong.
    package var creator = "lucarne"
    package var ranking = IndexRanking.max
    /// Exemplars of a feature in each view at most.
    package var exemplars = Int.max

    package init() {}
  }

  /// What was written.
  package struct Counts: Sendable, Equatable {
    package var features = 0
    package var activations = 0
    package var explanations = 0
  }

  /// As many as in Neuronpedia's own exports.
  static let batchFeatures = 1024

  let store: FeatureIndexStore
  let options: Options
  let modelID: String
  /// Neuronpedia's `layer`: the layer's number, and the set.
  let source: String

  package init(_ store: FeatureIndexStore, options: Options = Options()) {
    self.store = store
    self.options = options
    modelID = options.modelID ?? "model-\(store.identity.model.prefix(12))"
    let site = store.identity.site
    let layer =
      if case .place(_, let block) = PlacePair(site).output { "\(block)" } else { site }
    source = "\(layer)-\(options.sourceSet)"
  }

  /// Writes the folder, whole or not at all.
  ///
  /// - Parameter progress: called with the share done; false stops with
  ///   `FeatureIndexError.interrupted`.
  /// - Throws: `FeatureIndexError.exists`, `.diskFull` and what reading the index throws.
  @discardableResult
  package func write(
    to path: String, progress: (Double) -> Bool = { _ in true }
  ) throws -> Counts {
    let folder = try NewFolder(path)
    for (name, record) in headRecords() {
      let file = try LinesFile(folder.place(name + ".jsonl"))
      try file.write(.object(record))
      try file.close()
    }
    for name in ["features", "activations", "explanations"] { try folder.makeFolder(name) }
    let counts = try store.withSnapshot { snapshot in
      var writing = try Writing(self, snapshot)
      for first in stride(from: 0, to: store.identity.latentCount, by: Self.batchFeatures) {
        let batch = first..<min(first + Self.batchFeatures, store.identity.latentCount)
        try writing.write(batch, to: folder) { latent in
          progress(Double(latent) / Double(store.identity.latentCount))
        }
      }
      return writing.counts
    }
    try folder.finish()
    return counts
  }

  /// One run over a snapshot.
  private struct Writing {
    let export: NeuronpediaExport
    let snapshot: IndexSnapshot
    let facts: IndexFacts
    var items: ItemCache
    var counts = Counts()

    init(_ export: NeuronpediaExport, _ snapshot: IndexSnapshot) throws {
      self.export = export
      self.snapshot = snapshot
      facts = try snapshot.facts()
      items = ItemCache(snapshot)
    }

    mutating func write(
      _ batch: Range<Int>, to folder: NewFolder, progress: (Int) -> Bool
    ) throws {
      let name = "batch-\(batch.lowerBound / NeuronpediaExport.batchFeatures).jsonl"
      let features = try LinesFile(folder.place("features/" + name))
      let activations = try LinesFile(folder.place("activations/" + name))
      let explanations = try LinesFile(folder.place("explanations/" + name))
      for latent in batch {
        guard progress(latent) else {
          throw FeatureIndexError.interrupted(path: folder.path)
        }
        let statistics = try snapshot.statistics(ofLatent: latent)
        try features.write(
          export.feature(
            latent, statistics, derived: try snapshot.derived(latent: latent), facts: facts))
        counts.features += 1
        for view in export.store.options.knownViews where statistics[view] != nil {
          try write(latent, view, to: activations)
        }
        for explanation in try snapshot.explanations(ofLatent: latent)
        where explanation.state == .explained {
          try explanations.write(export.explanation(explanation))
          counts.explanations += 1
        }
      }
      for file in [features, activations, explanations] { try file.close() }
    }

    private mutating func write(_ latent: Int, _ view: IndexView, to file: LinesFile) throws {
      let exemplars = try snapshot.exemplars(
        ofLatent: latent, view: view, ranking: export.options.ranking)
      for exemplar in exemplars.prefix(export.options.exemplars) {
        let item = try items.item(exemplar.item)
        let shown = ShownExemplar(
          exemplar: exemplar, item: item, map: try snapshot.map(exemplar, of: item))
        try file.write(export.activation(shown))
        counts.activations += 1
      }
    }
  }
}
