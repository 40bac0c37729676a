package import FeatureIndex
import Images
import Indexing
import KernelProtocol
package import Reports

/// Makes pages of an index's features in this process; no model is needed.
package struct LocalReports {
  private let store: FeatureIndexStore
  /// What the autoencoder is called on pages.
  private let autoencoder: String
  /// Of each ranking of each view.
  package var exemplars = 12

  /// - Throws: `FeatureIndexError`.
  package init(indexPath: String, autoencoder: String) throws {
    store = try FeatureIndexStore.open(at: indexPath)
    self.autoencoder = autoencoder
  }

  package var latentCount: Int { store.identity.latentCount }

  /// The file of a feature's page beside the others.
  package static func fileName(ofLatent latent: Int) -> String { "feature-\(latent).html" }

  /// The feature whose page has a file's name; nil for other files.
  package static func latent(ofFile name: String) -> Int? {
    guard let latent = Int(name.dropFirst("feature-".count).dropLast(".html".count)) else {
      return nil
    }
    return fileName(ofLatent: latent) == name ? latent : nil
  }

  /// - Parameters:
  ///   - address: where another latent is found from the page; nil where it is not.
  ///   - overview: the address of the page that lists features.
  /// - Throws: `DomainError` of kind `featureOutOfRange`, `FeatureIndexError`.
  package func page(
    ofLatent latent: Int, overview: String? = nil, address: @escaping (Int) -> String?
  ) throws -> String {
    try IndexShelf.Entry(name: "", store: store, autoencoder: nil, isDefault: false).check(
      latent: latent)
    var maker = FeatureReportMaker(store: store, autoencoder: autoencoder)
    maker.exemplars = exemplars
    maker.overview = overview
    maker.address = address
    return FeaturePage(try maker.report(ofLatent: latent)).html
  }

  /// A latent that is active, in the view where its largest activation is.
  package struct Listed: Sendable {
    package let latent: Int
    let view: IndexView
    /// Of the view's positions, 0 to 1.
    let frequency: Double
    let maximum: Double
  }

  /// The latents that are active somewhere; equal ones by number.
  package func listing(by order: LatentOrder, limit: Int) throws -> [Listed] {
    let positions = try store.facts().positions
    var found: [Int: [IndexView: LatentStatistics]] = [:]
    for view in store.options.views {
      let latents = try store.latents(in: view, by: .latent, limit: store.identity.latentCount)
      for row in latents { found[row.latent, default: [:]][view] = row.statistics }
    }
    let listed = found.compactMap { latent, statistics -> Listed? in
      guard let view = store.options.views.strongest({ statistics[$0]?.max }),
        let strongest = statistics[view]
      else { return nil }
      return Listed(
        latent: latent, view: view,
        frequency: Double(strongest.positions) / Double(max(1, positions[view] ?? 0)),
        maximum: Double(strongest.max))
    }
    let sorted =
      switch order {
      case .latent: listed.sorted { $0.latent < $1.latent }
      case .frequency: listed.sorted { ($0.frequency, $1.latent) > ($1.frequency, $0.latent) }
      case .max: listed.sorted { ($0.maximum, $1.latent) > ($1.maximum, $0.latent) }
      }
    return Array(sorted.prefix(limit))
  }

  /// Listed latents, each with its first exemplar.
  ///
  /// - Parameter linked: the latents that have pages beside this one.
  package func entries(
    _ listed: some Sequence<Listed>, linked: Set<Int>
  ) throws -> [IndexPage.Entry] {
    var faces = FaceMaker(store: store)
    let latents = listed.map(\.latent)
    let (labels, scores) = (
      try store.labels(of: latents), try store.labelScores(of: latents)
    )
    return try listed.map { found in
      let latent = found.latent
      return IndexPage.Entry(
        latent: latent, label: labels[latent],
        labelScores: scores[latent]?.besideLabel.map { .init($0) } ?? [],
        address: linked.contains(latent) ? Self.fileName(ofLatent: latent) : nil,
        face: try faces.face(ofLatent: latent, in: found.view), view: found.view.name,
        frequency: found.frequency, maximum: found.maximum,
        raised: try store.derived(latent: latent)?.promoted.prefix(10).map(\.shownText) ?? [])
    }
  }

  /// What the index is, in one line.
  package func summary() throws -> String {
    let facts = try store.facts()
    return
      "\(autoencoder) at \(store.identity.site): \(NumberText.grouped(facts.activeLatents)) of "
      + "\(NumberText.counted(store.identity.latentCount, "feature")) are active in "
      + "\(items(facts)); \(NumberText.grouped(facts.explainedLatents)) "
      + "have an explanation."
  }

  /// How many pictures and texts there are.
  private func items(_ facts: IndexFacts) -> String {
    let texts = facts.itemsByView[.text] ?? 0
    let pictures = facts.itemsByView.filter { $0.key != .text }.values.max() ?? 0
    let counts = [(pictures, "picture"), (texts, "text")].filter { $0.0 > 0 }
      .map { NumberText.counted($0.0, $0.1) }
    return counts.isEmpty ? "no items" : counts.joined(separator: " and ")
  }
}

/// What a feature is recognised by among others: its best exemplar. Many latents share a picture.
private struct FaceMaker {
  private static let side = 96
  private let store: FeatureIndexStore
  private var pictures: [PictureLocation: Picture?] = [:]

  init(store: FeatureIndexStore) { self.store = store }

  /// A text is that of its largest activation; nil where there is no picture any more.
  mutating func face(ofLatent latent: Int, in view: IndexView) throws -> IndexPage.Entry.Face? {
    guard view == .text else { return try thumbnail(ofLatent: latent, view: view) }
    return try store.exemplars(ofLatent: latent, view: view, ranking: .max, limit: 1).first.map {
      .text(ExemplarPainter(store: store).tokens($0))
    }
  }

  private mutating func thumbnail(
    ofLatent latent: Int, view: IndexView
  ) throws -> IndexPage.Entry.Face? {
    guard
      let shown = try store.exemplars(ofLatent: latent, view: view, ranking: .mean, limit: 1).first,
      let picture = picture(shown)
    else { return nil }
    let grid = try ExemplarPainter(store: store).mask(shown).grid
    let (x, y) = (
      Double(picture.width) / Double(shown.item.width),
      Double(picture.height) / Double(shown.item.height)
    )
    let region = PixelBox(
      left: grid.region.left * x, top: grid.region.top * y, right: grid.region.right * x,
      bottom: grid.region.bottom * y)
    let mask = try ActivationMask(
      ScoreGrid(rows: grid.rows, columns: grid.columns, scores: grid.scores, region: region))
    return .picture(
      try PNGEncoder.data(mask.drawn(over: picture, style: MaskStyle(.dimmed, level: 0.3))))
  }

  private mutating func picture(_ shown: ShownExemplar) -> Picture? {
    guard let location = shown.item.picture else { return nil }
    if let known = pictures[location] { return known }
    let found = try? shown.item.foundPicture(within: PictureLimits()).fitted(side: Self.side)
    pictures[location] = .some(found)
    return found
  }
}
