import Explanations
import FeatureIndex
import Images
import Indexing
import JSONRPC
import KernelProtocol
import VisionWorkers

/// The pictures of an index that a judge is shown, in one view, and where a latent is active on
/// them.
final class JudgePictures {
  /// Pixels of a shown picture's longer side at most.
  static let side = 336
  /// As explainers are shown them.
  private static let style = MaskStyle(.dimmed)

  let view: IndexView
  private let store: FeatureIndexStore
  private let pool: PicturePool
  private let limits: PictureLimits
  /// SHA-256 of pictures by their items' numbers; nil for those that cannot be read.
  private var contents: [Int: [UInt8]?] = [:]

  init(_ store: FeatureIndexStore, pool: PicturePool, limits: PictureLimits) {
    self.store = store
    self.pool = pool
    self.limits = limits
    view = pool.view
  }

  /// A latent's best pictures of different contents, lit where it is active.
  func best(
    ofLatent latent: Int, ranking: IndexRanking, count: Int
  ) throws -> [JudgeTrial.Shown] {
    let found = try store.bestPictures(
      ofLatent: latent, view: view, ranking: ranking, count: count, limits: limits)
    return try found.pictures.map { picture in
      let grid = try store.item(number: picture.item)?.layout.grid(of: view) ?? GridSize()
      return .init(item: picture.item, lit: LitCells(picture.map, on: grid))
    }
  }

  /// Pictures of different contents that a latent is active on: its exemplars under every ranking,
  /// and those of the pool.
  ///
  /// - Parameter evidence: digests of the items that the explainer was shown, in hexadecimal.
  func active(ofLatent latent: Int, seen evidence: [String]) throws -> [ActivePicture] {
    let seen = try contents(ofEvidence: evidence)
    var taken: Set<[UInt8]> = []
    var found: [ActivePicture] = []
    func add(_ number: Int, _ map: ActivationMap, _ grid: GridSize, _ item: IndexItem?) throws {
      let lit = LitCells(map, on: grid)
      guard let peak = map.values.max(), lit.count > 0,
        let content = try content(ofItem: number, item), taken.insert(content).inserted
      else { return }
      found.append(
        ActivePicture(item: number, lit: lit, peak: peak, wasSeen: seen.contains(content)))
    }
    for ranking in IndexRanking.allCases {
      let exemplars = try store.exemplars(
        ofLatent: latent, view: view, ranking: ranking, limit: store.options.exemplars)
      for shown in exemplars {
        try add(
          shown.exemplar.item, shown.map, shown.item.layout.grid(of: view), shown.item)
      }
    }
    for place in pool.activations.activity(ofLatent: latent).keys.sorted() {
      try add(
        pool.members[place].item, pool.activations.map(ofLatent: latent, picture: place),
        pool.members[place].grid, nil)
    }
    return found
  }

  /// Pictures of the pool that a latent is not active on, nor was when they were taken in.
  func inactive(
    ofLatent latent: Int, besides active: [ActivePicture]
  ) throws -> [InactivePicture] {
    let taken = Set(try active.map { try content(ofItem: $0.item, nil) })
    let places = pool.activations.activity(ofLatent: latent)
    return try pool.members.indices.compactMap { place in
      let member = pool.members[place]
      guard places[place] == nil, let content = try content(ofItem: member.item, nil),
        !taken.contains(content)
      else { return nil }
      return InactivePicture(item: member.item, grid: member.grid)
    }
  }

  /// Latents that are active on a picture of the pool.
  var activeLatents: [Int] {
    (0..<pool.activations.latentCount).filter(pool.activations.isActive)
  }

  /// PNG of a picture as it is shown.
  /// - Throws: `DomainError` of kind `imageUnreadable`; `IndexPictureError`; `ImageError`.
  func png(_ shown: JudgeTrial.Shown) throws -> [UInt8] {
    guard let item = try store.item(number: shown.item) else {
      throw DomainError(.imageUnreadable, "item \(shown.item) is gone from the index")
    }
    guard let lit = shown.lit else {
      let picture = try item.foundPicture(within: limits)
      let side = max(picture.width, picture.height) > Self.side ? Self.side : nil
      return try PNGEncoder.data(picture.fitted(side: side))
    }
    return try PNGEncoder.data(
      ExemplarPainter(store: store, limits: limits).drawn(
        lit.map, over: item, in: view, style: Self.style, sideLimit: Self.side))
  }

  private func contents(ofEvidence evidence: [String]) throws -> Set<[UInt8]> {
    var found: Set<[UInt8]> = []
    // More than any explainer is shown.
    for text in evidence.prefix(1000) {
      guard let digest = [UInt8](hexadecimal: text), let number = try store.item(digest: digest),
        let content = try content(ofItem: number, nil)
      else { continue }
      found.insert(content)
    }
    return found
  }

  /// - Parameter item: where it is at hand.
  private func content(ofItem number: Int, _ item: IndexItem?) throws -> [UInt8]? {
    if let known = contents[number] { return known }
    let item = try item ?? store.item(number: number)
    let content = (try? item?.visionPicture(within: limits)).map { SHA256.digest(of: $0.bytes) }
    contents[number] = .some(content)
    return content
  }
}
