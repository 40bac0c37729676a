package import Autoencoders
package import FeatureIndex
import FoundationEssentials
package import Tokenization

/// Makes an index of a cache of activations: the paper's, or delphi's splits.
///
/// A row of the cache is an item. Where the cache has tokens (delphi's `save_tokens`), its
/// positions are those of the text view. Otherwise they are a picture's, as the paper caches them:
/// first the base view, row by row; then, where the model's geometry and the pictures are given,
/// the tiles, without the ends of their rows. What belongs to no view, and activations that are not
/// above 0, are counted and left out.
package struct CacheImport {
  package struct Options {
    /// What the cache was made with.
    package var identity: IndexIdentity
    package var index: IndexOptions
    /// nil: text where the cache has tokens, the base view else.
    package var view: IndexView?
    /// Patches of the base view, where the identity has no geometry.
    package var grid = GridSize(rows: 24, columns: 24)
    /// All rows of the data set; nil: those of the tokens, the pictures, or that have an entry.
    package var rows: Int?
    /// A file that names the picture of each row, a path a line.
    package var pictures: String?
    package var tokenizer: Tokenizer?

    package init(identity: IndexIdentity, index: IndexOptions = IndexOptions()) {
      self.identity = identity
      self.index = index
    }
  }

  /// What was taken in.
  package struct Counts: Sendable, Equatable {
    package var items = 0
    package var skipped = 0
    package var activations = 0
    /// Entries at positions of no view, and of rows that were skipped, and not above 0.
    package var leftOut = 0
    /// Latents that the cache cannot tell of: the last of each split that the paper's code wrote.
    package var missingLatents: [Int] = []
  }

  private let cache: FeatureCache
  private let options: Options
  private let tokens: (ids: [Int32], columns: Int)?

  /// - Throws: `AutoencoderError` for what is no cache; `FeatureIndexError.value` for
  ///   options that do not fit it.
  package init(_ cache: FeatureCache, options: Options) throws {
    self.cache = cache
    tokens = try cache.splits.first?.tokens()
    var options = options
    let view = options.view ?? (tokens == nil ? .base : .text)
    options.index.views =
      view == .text
      ? [.text]
      : options.identity.geometry == nil || options.pictures == nil ? [.base] : [.base, .tiles]
    self.options = options
    guard view == .base || view == .text else {
      throw Self.wrong("the view", view.name, "base or text")
    }
    guard view != .text || tokens != nil else {
      throw Self.wrong("the view", "text", "base: the cache has no tokens")
    }
    guard let last = cache.splits.last?.latents.upperBound, last < options.identity.latentCount
    else {
      throw Self.wrong(
        "the number of latents", "\(options.identity.latentCount)",
        "more than the cache's last one, \(cache.splits.last?.latents.upperBound ?? 0)")
    }
    guard (1...65_536).contains(options.grid.rows), (1...65_536).contains(options.grid.columns),
      options.grid.count <= 65_536
    else {
      throw Self.wrong(
        "the grid", "\(options.grid.rows)x\(options.grid.columns)", "65,536 patches or less")
    }
  }

  private static func wrong(
    _ what: String, _ found: String, _ expected: String
  ) -> FeatureIndexError { .value(what: what, found: found, expected: expected) }

  /// Writes the index, whole or not at all.
  ///
  /// - Parameter progress: called with the share done; false stops with
  ///   `FeatureIndexError.interrupted`.
  /// - Throws: `FeatureIndexError`, `AutoencoderError` for a damaged cache,
  ///   `CorpusError.unreadable` for a list of pictures that cannot be read.
  package func write(
    to path: String, progress: (Double) -> Bool = { _ in true }
  ) throws -> Counts {
    var counts = Counts()
    counts.missingLatents = cache.missingLatents
    _ = try FeatureIndexStore.make(
      path, suffix: ".importing", identity: options.identity, options: options.index
    ) { store in
      var accumulator = IndexAccumulator(identity: options.identity, options: options.index)
      var items = try CacheItems(
        cache, tokens: tokens, tokenizer: options.tokenizer, pictures: options.pictures,
        identity: options.identity, views: options.index.views, grid: options.grid)
      var entries = try CacheRows(cache)
      let total = Double(max(1, cache.count))
      var (done, uncommitted, row) = (0, 0, 0)
      while let next = try nextRow(row, &items, entries) {
        guard progress(Double(done) / total) else {
          throw FeatureIndexError.interrupted(path: path)
        }
        let found = try entries.entries(ofRow: next)
        done += found.count
        try take(found, row: next, &items, into: &accumulator, &counts)
        uncommitted += 1
        if uncommitted >= 1024 || accumulator.pendingBytes > 96 << 20 {
          try store.commit(accumulator.takeCommit())
          uncommitted = 0
        }
        row = next &+ 1
      }
      if let left = entries.nextRow {
        throw AutoencoderError.cache(
          path: cache.path, reason: "it has row \(left), and \(row) rows were expected")
      }
      try store.commit(accumulator.takeCommit())
    }
    return counts
  }

  /// The next row at or behind `row` that is an item; nil at the end.
  private func nextRow(
    _ row: Int, _ items: inout CacheItems, _ entries: CacheRows
  ) throws -> Int? {
    if let count = options.rows ?? items.count { return row < count ? row : nil }
    if items.hasPictures { return try items.hasPicture(ofRow: row) ? row : nil }
    return entries.nextRow
  }

  private func take(
    _ found: [CachedActivation], row: Int, _ items: inout CacheItems,
    into accumulator: inout IndexAccumulator, _ counts: inout Counts
  ) throws {
    let item: IndexItem
    switch try items.item(ofRow: row) {
    case .item(let made) where !accumulator.contains(digest: made.digest): item = made
    case .item(let twice):
      let skipped = SkippedItem(
        name: "row \(row): \(twice.name)", reason: .duplicate,
        message: "the index has this content already")
      accumulator.skip(skipped)
      (counts.skipped, counts.leftOut) = (counts.skipped + 1, counts.leftOut + found.count)
      return
    case .skipped(let skipped):
      accumulator.skip(skipped)
      (counts.skipped, counts.leftOut) = (counts.skipped + 1, counts.leftOut + found.count)
      return
    }
    var places: [IndexView: [(position: Int, entry: CachedActivation)]] = [:]
    let layout = CacheItems.Layout(item, identity: options.identity)
    for entry in found {
      guard entry.value > 0, let place = layout.place(of: entry.position) else {
        counts.leftOut += 1
        continue
      }
      places[place.view, default: []].append((place.position, entry))
      counts.activations += 1
    }
    var views: [IndexView: ItemCode.View] = [:]
    for view in options.index.views where item.positionCount(in: view) > 0 {
      views[view] = Self.view(places[view] ?? [], positions: item.positionCount(in: view))
    }
    accumulator.add(ItemCode(item: item, views: views))
    counts.items += 1
  }

  /// - Parameter places: by rising position, then latent.
  private static func view(
    _ places: [(position: Int, entry: CachedActivation)], positions: Int
  ) -> ItemCode.View {
    var counts = [Int](repeating: 0, count: positions + 1)
    for place in places { counts[place.position + 1] += 1 }
    for position in 0..<positions { counts[position + 1] += counts[position] }
    return ItemCode.View(
      latents: places.map { Int32(truncatingIfNeeded: $0.entry.latent) },
      values: places.map(\.entry.value), offsets: counts)
  }
}
