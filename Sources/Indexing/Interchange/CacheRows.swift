import Autoencoders

/// The entries of a cache, row after row, from splits of which each is sorted by rows,
/// as all that write them do.
struct CacheRows {
  /// One split, some entries ahead.
  private struct Cursor {
    private static let aheadEntries = 8192

    let split: FeatureCacheSplit
    private var entries: [CachedActivation] = []
    private var place = 0
    private var read = 0

    init(_ split: FeatureCacheSplit) throws {
      self.split = split
      try fill()
    }

    var row: Int? { place < entries.count ? entries[place].row : nil }

    mutating func take(_ row: Int, into taken: inout [CachedActivation]) throws {
      while place < entries.count, entries[place].row == row {
        taken.append(entries[place])
        place += 1
        if place == entries.count { try fill() }
      }
      if let next = self.row, next < row {
        throw AutoencoderError.cache(
          path: split.path, reason: "row \(next) comes behind row \(row): it is not sorted by rows")
      }
    }

    private mutating func fill() throws {
      let end = min(read + Self.aheadEntries, split.count)
      entries = try split.entries(read..<end)
      (read, place) = (end, 0)
    }
  }

  private var cursors: [Cursor]

  init(_ cache: FeatureCache) throws { cursors = try cache.splits.map { try Cursor($0) } }

  /// The next row with an entry; nil at the end.
  var nextRow: Int? { cursors.compactMap(\.row).min() }

  /// The entries of a row, by position and latent. Rows before it must have been taken.
  /// - Throws: `AutoencoderError.cache` for splits that are not sorted, and for an
  ///   entry that is there twice.
  mutating func entries(ofRow row: Int) throws -> [CachedActivation] {
    var taken: [CachedActivation] = []
    for index in cursors.indices { try cursors[index].take(row, into: &taken) }
    taken.sort { ($0.position, $0.latent) < ($1.position, $1.latent) }
    for (entry, next) in zip(taken, taken.dropFirst())
    where entry.position == next.position && entry.latent == next.latent {
      throw AutoencoderError.cache(
        path: cursors.first { $0.split.latents.contains(entry.latent) }?.split.path ?? "",
        reason: "latent \(entry.latent) is twice at position \(entry.position) of row \(row)")
    }
    return taken
  }
}
