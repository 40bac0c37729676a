import Corpora
package import FeatureIndex
import Randomness

/// Pictures of an index, drawn at random, of different contents.
package struct PoolDraw: Sendable {
  /// The numbers of the items, in the order in which they were drawn.
  package let items: [Int]

  /// Items whose pictures are looked at before a draw is given up, for each that is wanted: an
  /// index of questions holds a picture many times.
  private static let looksAtEach = 50

  /// Draws by a seed, from all items that show a picture in a view: of a picture that was asked
  /// about, the questions' own items have a picture and no place in it.
  ///
  /// - Parameter isStopped: asked before each picture is read.
  /// - Throws: `FeatureIndexError`; `CancellationError`.
  package init(
    _ count: Int, of store: FeatureIndexStore, in view: IndexView, seed: UInt64,
    isStopped: () throws -> Void
  ) throws {
    let total = try store.facts().items
    var random = SplitMix64(seed: seed)
    // The first places of a shuffle: only what has been moved is kept.
    var moved: [Int: Int] = [:]
    var contents: Set<[UInt8]> = []
    var drawn: [Int] = []
    let looks = min(total, count * Self.looksAtEach)
    for place in 0..<looks where drawn.count < count {
      try isStopped()
      let other = place + Int(random.next() % UInt64(total - place))
      let number = moved[other] ?? other
      moved[other] = moved[place] ?? place
      guard let item = try store.item(number: number), item.layout.grid(of: view).count > 0,
        let location = item.picture, let bytes = try? location.bytes()
      else { continue }
      if contents.insert(SHA256.digest(of: bytes)).inserted { drawn.append(number) }
    }
    items = drawn
  }
}

/// Random pictures of an index that have run: where each latent is active on them. What scores are
/// by chance is measured on them, and they hold pictures that a latent is not active on.
package struct PicturePool: Sendable {
  /// A picture, by its item's number.
  package struct Member: Sendable {
    package let item: Int
    package let grid: GridSize
  }

  package let view: IndexView
  package let members: [Member]
  package let activations: LatentMaps

  package init(view: IndexView, members: [Member], activations: LatentMaps) {
    self.view = view
    self.members = members
    self.activations = activations
  }
}
