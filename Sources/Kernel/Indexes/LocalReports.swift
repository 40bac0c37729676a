package import FeatureIndex
import Images
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

  package var latentCount: Int { store.identity.latents }

  /// The file of a feature's page beside the others.
  package static func fileName(ofLatent latent: Int) -> String { "feature-\(latent).html" }

  /// - Parameter linked: the latents that have pages beside this one.
  /// - Throws: `DomainError` of kind `featureOutOfRange`, `FeatureIndexError`.
  package func page(
    ofLatent latent: Int, linked: Set<Int>, overview: String? = nil
  ) throws -> String {
    try IndexShelf.Entry(name: "", store: store, autoencoder: nil).check(latent: latent)
    var maker = FeatureReportMaker(store: store, autoencoder: autoencoder)
    maker.exemplars = exemplars
    maker.overview = overview
    maker.address = { linked.contains($0) ? Self.fileName(ofLatent: $0) : nil }
    return FeaturePage(try maker.report(ofLatent: latent)).html
  }

  /// A page of the latents that are active, each with its first exemplar.
  ///
  /// - Parameter linked: the latents that have pages beside this one.
  package func entries(
    by order: LatentOrder, offset: Int, limit: Int, linked: Set<Int>
  ) throws -> [IndexPage.Entry] {
    var thumbnails = ThumbnailCache(store: store)
    return try activeLatents(by: order, offset: offset, limit: limit).map { found in
      let (latent, view) = (found.latent, found.view)
      let positions = try positionCount(view)
      return IndexPage.Entry(
        latent: latent, label: try store.label(ofLatent: latent)?.text,
        address: linked.contains(latent) ? Self.fileName(ofLatent: latent) : nil,
        thumbnail: try thumbnails.thumbnail(ofLatent: latent, view: view),
        frequency: positions > 0 ? Double(found.statistics.positions) / Double(positions) : 0,
        maximum: Double(found.statistics.max),
        words: try store.derived(latent: latent)?.promoted.prefix(10).map(\.text) ?? [])
    }
  }

  /// The latents that are active in the first view in which the index has any.
  package func activeLatents(
    by order: LatentOrder, offset: Int, limit: Int
  ) throws -> [IndexCommit.Statistics] {
    for view in store.options.views.sorted(by: { $0.rawValue < $1.rawValue }) {
      guard try !store.latents(in: view, by: order, limit: 1).isEmpty else { continue }
      return try store.latents(in: view, by: order, offset: offset, limit: limit)
    }
    return []
  }

  private func positionCount(_ view: IndexView) throws -> Int {
    try store.facts().positions[view] ?? 0
  }

  /// What the index is, in one line.
  package func summary() throws -> String {
    let facts = try store.facts()
    return
      "\(autoencoder) at \(store.identity.site): \(NumberText.grouped(facts.activeLatents)) of "
      + "\(NumberText.counted(store.identity.latents, "feature")) are active in "
      + "\(NumberText.counted(facts.items, "item")); \(NumberText.grouped(facts.explainedLatents)) "
      + "have an explanation."
  }
}

/// Small pictures of exemplars; many latents share a picture.
private struct ThumbnailCache {
  private static let side = 96
  private let store: FeatureIndexStore
  private var pictures: [Int: Picture?] = [:]

  init(store: FeatureIndexStore) { self.store = store }

  /// nil where there is no picture any more, and for texts.
  mutating func thumbnail(ofLatent latent: Int, view: IndexView) throws -> [UInt8]? {
    guard view != .text,
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
    return try PNGEncoder.data(mask.drawn(over: picture, style: MaskStyle(.dimmed, level: 0.3)))
  }

  private mutating func picture(_ shown: ShownExemplar) -> Picture? {
    if let known = pictures[shown.exemplar.item] { return known }
    let found = try? shown.item.foundPicture().fitted(side: Self.side)
    pictures[shown.exemplar.item] = .some(found)
    return found
  }
}
