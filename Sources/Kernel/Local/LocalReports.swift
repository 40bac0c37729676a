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

  /// - Parameter linked: the latents that have pages beside this one.
  /// - Throws: `DomainError` of kind `featureOutOfRange`, `FeatureIndexError`.
  package func page(
    ofLatent latent: Int, linked: Set<Int>, overview: String? = nil
  ) throws -> String {
    try IndexShelf.Entry(name: "", store: store, autoencoder: nil, isDefault: false).check(
      latent: latent)
    var maker = FeatureReportMaker(store: store, autoencoder: autoencoder)
    maker.exemplars = exemplars
    maker.overview = overview
    maker.address = { linked.contains($0) ? Self.fileName(ofLatent: $0) : nil }
    return FeaturePage(try maker.report(ofLatent: latent)).html
  }

  /// A latent that is active, in the first view where it is.
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
    var known: Set<Int> = []
    var listed: [Listed] = []
    for view in store.options.views {
      let all = Double(max(1, positions[view] ?? 0))
      for found in try store.latents(in: view, by: .latent, limit: store.identity.latentCount)
      where known.insert(found.latent).inserted {
        listed.append(
          Listed(
            latent: found.latent, view: view, frequency: Double(found.statistics.positions) / all,
            maximum: Double(found.statistics.max)))
      }
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
    var thumbnails = ThumbnailCache(store: store)
    return try listed.map { found in
      IndexPage.Entry(
        latent: found.latent, label: try store.label(ofLatent: found.latent)?.text,
        address: linked.contains(found.latent) ? Self.fileName(ofLatent: found.latent) : nil,
        thumbnail: try thumbnails.thumbnail(ofLatent: found.latent, view: found.view),
        frequency: found.frequency, maximum: found.maximum,
        words: try store.derived(latent: found.latent)?.promoted.prefix(10).map(\.text) ?? [])
    }
  }

  /// What the index is, in one line.
  package func summary() throws -> String {
    let facts = try store.facts()
    return
      "\(autoencoder) at \(store.identity.site): \(NumberText.grouped(facts.activeLatents)) of "
      + "\(NumberText.counted(store.identity.latentCount, "feature")) are active in "
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
    let found = try? shown.item.foundPicture(within: PictureLimits()).fitted(side: Self.side)
    pictures[shown.exemplar.item] = .some(found)
    return found
  }
}
