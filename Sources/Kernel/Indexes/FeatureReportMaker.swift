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
    report.labelScores = try scores(ofLabels: [latent])[latent] ?? []
    report.opening = try store.strongestView(ofLatent: latent).name
    report.overview = overview
    let facts = try store.facts()
    var pictures = ShownPictures(side: side, limits: limits)
    let statistics = try store.statistics(ofLatent: latent)
    for view in store.options.knownViews {
      guard let found = statistics[view] else { continue }
      report.views.append(
        .init(
          name: view.name,
          statistics: .init(
            found, positions: facts.positions[view] ?? 0, items: facts.itemsByView[view] ?? 0),
          rankings: try [IndexRanking.mean, .max, .mass].map {
            try ranking($0, view: view, latent: latent, pictures: &pictures)
          }))
    }
    report.pictures = pictures.shown
    try addRelations(&report)
    report.explanations = try store.explanations(ofLatent: latent).map { .init($0) }
    report.identity = identity(facts)
    return report
  }

  private func identity(_ facts: IndexFacts) -> [(name: String, value: String)] {
    let identity = store.identity
    let asked = store.options.questions.map { asked in
      (
        "Asked about each picture",
        asked.texts.joined(separator: "; ") + ", answers of at most "
          + NumberText.counted(asked.answerTokens, "token")
      )
    }
    return [
      ("Model", identity.model), ("Autoencoder", identity.autoencoder), ("Site", identity.site),
      ("Latents", "\(NumberText.grouped(identity.latentCount)), \(identity.activation)"),
      ("Index", store.path), ("Items", NumberText.grouped(facts.items)),
    ] + [asked].compactMap(\.self)
  }

  private func addRelations(_ report: inout FeatureReport) throws {
    if let derived = try store.derived(latent: report.latent) {
      let effect = { (token: IndexedToken) in
        FeatureReport.Effect(token: token.shownText, effect: token.effect)
      }
      report.promoted = derived.promoted.prefix(10).map(effect)
      report.suppressed = derived.suppressed.prefix(10).map(effect)
      report.neighbours = try related(derived.neighbours.prefix(10).map { ($0.latent, $0.cosine) })
    }
    let together = try store.coactivations(ofLatent: report.latent, limit: 10).items
    report.coactive = try related(together.map { ($0.latent, $0.jaccard) })
  }

  private func related(_ found: [(latent: Int, score: Double)]) throws -> [FeatureReport.Related] {
    let latents = found.map(\.latent)
    let (labels, scores) = (try store.labels(of: latents), try scores(ofLabels: latents))
    return found.map { latent, score in
      .init(
        latent: latent, score: score, label: labels[latent], labelScores: scores[latent] ?? [],
        address: address(latent))
    }
  }

  private func scores(ofLabels latents: [Int]) throws -> [Int: [Reports.LabelScore]] {
    try store.labelScores(of: latents).mapValues { $0.besideLabel.map { .init($0) } }
  }

  // MARK: Exemplars

  private func ranking(
    _ ranking: IndexRanking, view: IndexView, latent: Int,
    pictures: inout ShownPictures
  ) throws -> FeatureReport.Ranking {
    let found = try store.exemplars(
      ofLatent: latent, view: view, ranking: ranking, limit: exemplars)
    var made: [FeatureReport.Exemplar] = []
    for shown in found {
      guard !isStopped() else { throw CancellationError() }
      made.append(
        .init(
          score: Double(shown.exemplar.score), peak: Double(shown.map.values.max() ?? 0),
          name: shown.item.name, source: shown.item.source,
          content: try content(shown, &pictures),
          picture: view == .text ? try? pictures.key(of: shown.item) : nil))
    }
    return .init(name: "\(ranking)", exemplars: made)
  }

  private func content(
    _ shown: ShownExemplar, _ pictures: inout ShownPictures
  ) throws -> FeatureReport.Content {
    let painter = ExemplarPainter(store: store)
    guard shown.exemplar.view != .text else { return .text(painter.tokens(shown)) }
    let key: Int
    do { key = try pictures.key(of: shown.item) } catch let error as IndexPictureError {
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

/// The pictures of a page, each once, whatever items show it.
private struct ShownPictures {
  let side: Int
  let limits: PictureLimits
  private(set) var shown: [Int: FeatureReport.Shown] = [:]
  private var keys: [PictureLocation: Int] = [:]

  init(side: Int, limits: PictureLimits) {
    self.side = side
    self.limits = limits
  }

  /// - Throws: `IndexPictureError` for an item without one, and where it is gone or another.
  mutating func key(of item: IndexItem) throws -> Int {
    if let location = item.picture, let known = keys[location] { return known }
    let picture = try item.foundPicture(within: limits)
    let longer = max(picture.width, picture.height)
    let key = shown.count
    shown[key] = .init(
      bytes: try PNGEncoder.data(try picture.fitted(side: longer > side ? side : nil)),
      width: picture.width, height: picture.height)
    if let location = item.picture { keys[location] = key }
    return key
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
