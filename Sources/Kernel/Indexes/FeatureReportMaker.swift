import FeatureIndex
import Foundation
import Images
import Indexing
import Interpretation
import KernelProtocol
import Reports

/// Collects what an index knows of a latent for its page.
struct FeatureReportMaker {
  let store: FeatureIndexStore
  /// What the autoencoder is called.
  let autoencoder: String
  /// Of each ranking of each view.
  var exemplars = 12
  /// Pictures are reduced to this longer side; their masks stay exact.
  var side = 384
  /// What decoding a picture may cost.
  var limits = PictureLimits()
  /// The address of another latent's page; nil for none.
  var address: (Int) -> String? = { _ in nil }
  var overview: String?
  var isStopped: () -> Bool = { false }

  init(store: FeatureIndexStore, autoencoder: String) {
    self.store = store
    self.autoencoder = autoencoder
  }

  /// - Throws: `FeatureIndexError`, `CancellationError`. Pictures that are gone
  ///   are told in the report.
  func report(ofLatent latent: Int) throws -> FeatureReport {
    var report = FeatureReport(
      latent: latent, autoencoder: autoencoder, site: store.identity.site)
    report.label = try store.label(ofLatent: latent)?.text
    report.overview = overview
    let facts = try store.facts()
    let statistics = try store.statistics(ofLatent: latent)
    for view in store.options.knownViews {
      guard let found = statistics[view] else { continue }
      report.views.append(
        .init(
          name: view.name,
          statistics: .init(found, positions: facts.positions[view] ?? 0, items: facts.items),
          rankings: try [IndexRanking.mean, .max, .mass].map {
            try ranking($0, view: view, latent: latent, pictures: &report.pictures)
          }))
    }
    try addRelations(&report)
    report.explanations = try store.explanations(ofLatent: latent).map { .init($0) }
    report.identity = identity(facts)
    return report
  }

  private func identity(_ facts: IndexFacts) -> [(name: String, value: String)] {
    let identity = store.identity
    return [
      ("Model", identity.model), ("Autoencoder", identity.autoencoder), ("Site", identity.site),
      ("Latents", "\(NumberText.grouped(identity.latentCount)), \(identity.activation)"),
      ("Index", store.path), ("Items", NumberText.grouped(facts.items)),
    ]
  }

  private func addRelations(_ report: inout FeatureReport) throws {
    if let derived = try store.derived(latent: report.latent) {
      let effect = { (token: IndexedToken) in
        FeatureReport.Effect(token: token.text, effect: token.effect)
      }
      report.promoted = derived.promoted.prefix(10).map(effect)
      report.suppressed = derived.suppressed.prefix(10).map(effect)
      report.neighbours = try derived.neighbours.prefix(10).map {
        try related($0.latent, score: $0.cosine)
      }
    }
    let together = try store.coactivations(ofLatent: report.latent, limit: 10).items
    report.coactive = try together.map { try related($0.latent, score: $0.jaccard) }
  }

  private func related(_ latent: Int, score: Double) throws -> FeatureReport.Related {
    .init(
      latent: latent, score: score, label: try store.label(ofLatent: latent)?.text,
      address: address(latent))
  }

  // MARK: Exemplars

  private func ranking(
    _ ranking: IndexRanking, view: IndexView, latent: Int,
    pictures: inout [Int: FeatureReport.Shown]
  ) throws -> FeatureReport.Ranking {
    let found = try store.exemplars(
      ofLatent: latent, view: view, ranking: ranking, limit: exemplars)
    var made: [FeatureReport.Exemplar] = []
    for shown in found {
      guard !isStopped() else { throw CancellationError() }
      made.append(
        .init(
          score: Double(shown.exemplar.score), name: shown.item.name, source: shown.item.source,
          content: try content(shown, &pictures)))
    }
    return .init(name: "\(ranking)", exemplars: made)
  }

  private func content(
    _ shown: ShownExemplar, _ pictures: inout [Int: FeatureReport.Shown]
  ) throws -> FeatureReport.Content {
    let painter = ExemplarPainter(store: store)
    guard shown.exemplar.view != .text else { return .text(painter.tokens(shown)) }
    let key = shown.exemplar.item
    do {
      if pictures[key] == nil {
        let picture = try shown.item.foundPicture(within: limits)
        let longer = max(picture.width, picture.height)
        pictures[key] = .init(
          bytes: try PNGEncoder.data(try picture.fitted(side: longer > side ? side : nil)),
          width: picture.width, height: picture.height)
      }
    } catch let error as IndexPictureError {
      return .missing(error.description)
    }
    let mask = try painter.mask(shown)
    let region = mask.grid.region
    return .picture(
      key,
      veils: .init(
        active: try mask.veil(isWeighted: false), weighted: try mask.veil(isWeighted: true)),
      region: .init(
        left: region.left, top: region.top, width: region.width, height: region.height))
  }
}

extension FeatureReport.Statistics {
  init(_ found: LatentStatistics, positions: Int, items: Int) {
    self.init(
      active: found.positions, positions: positions, activeItems: found.items, items: items,
      mean: found.mean ?? 0, maximum: Double(found.max),
      quantiles: [0.5, 0.9, 0.99].map { ($0, found.quantile($0) ?? 0) },
      histogram: found.histogram.enumerated().map { bin, count in
        let bounds = LatentStatistics.bounds(ofBin: bin)
        return .init(
          lower: Double(bounds.lowerBound), upper: Double(bounds.upperBound), count: Int(count))
      })
  }
}

extension FeatureReport.Explanation {
  init(_ record: ExplanationRecord) {
    let date = Date(timeIntervalSince1970: record.created.isFinite ? record.created : 0)
    self.init(
      revision: record.revision, state: record.state.rawValue, text: record.text,
      author: "\(record.author.name) (\(record.author.kind.rawValue))", method: record.method,
      date: date.formatted(.iso8601.year().month().day()),
      scores: record.scores.map { ($0.kind, $0.value, $0.baseline, $0.count) })
  }
}
