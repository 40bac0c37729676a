import FeatureIndex
import Testing

/// Random codes of small items, and what an index of them must hold by sorting everything.
struct RandomCorpus {
  static let identity = IndexIdentity(
    model: "m", autoencoder: "a", site: "resid_post.1", latentCount: 40, activation: "topk 4")
  static let options = IndexOptions(exemplars: 3, sampledTokens: 25, spanTokens: 5)

  let codes: [ItemCode]

  init(count: Int, seed: UInt64) {
    var generator = SplitMix(state: seed)
    codes = (0..<count).map { number in
      let digest = SHA256.digest(of: Array("item \(seed) \(number)".utf8))
      var item = IndexItem(digest: digest, name: "item-\(number)")
      var views: [IndexView: ItemCode.View] = [:]
      if number % 3 != 2 {
        item.width = 64
        item.height = 48
        item.layout = ItemLayout(views: [
          .init(name: "base", rows: 2, columns: 3), .init(name: "tiles", rows: 4, columns: 3),
        ])
        item.picture = .stored(Array("picture \(number)".utf8))
        views[.base] = Self.view(positions: 6, &generator)
        views[.tiles] = Self.view(positions: 12, &generator)
      }
      if number % 3 != 0 {
        item.tokens = (0..<(3 + number % 11)).map { "t\($0)" }
        item.text = item.tokens.joined()
        views[.text] = Self.view(positions: item.tokens.count, &generator)
      }
      return ItemCode(item: item, views: views)
    }
  }

  private static func view(positions: Int, _ generator: inout SplitMix) -> ItemCode.View {
    var (latents, values, offsets): ([Int32], [Float], [Int]) = ([], [], [0])
    for _ in 0..<positions {
      let active = Set((0..<4).map { _ in Int32(generator.next() % 40) }).sorted()
      latents += active
      // Few values, so that scores are often equal.
      values += active.map { _ in Float(1 + generator.next() % 8) * 0.375 }
      offsets.append(latents.count)
    }
    return ItemCode.View(latents: latents, values: values, offsets: offsets)
  }

  /// One place with its scores, for the reference.
  struct Place {
    let score: Float
    let digest: [UInt8]
    let span: Int
    let map: ActivationMap
  }

  /// All places of a latent in a view, best first, by plain loops over dense values.
  func places(latent: Int, view: IndexView, ranking: IndexRanking) -> [Place] {
    var places: [Place] = []
    for code in codes {
      guard let found = code.views[view] else { continue }
      let step = view == .text ? Self.options.spanTokens : found.positions
      for first in stride(from: 0, to: found.positions, by: step) {
        let end = min(first + step, found.positions)
        var dense = [Float](repeating: 0, count: end - first)
        for position in first..<end {
          for entry in found.offsets[position]..<found.offsets[position + 1]
          where found.latents[entry] == latent { dense[position - first] = found.values[entry] }
        }
        let active = dense.indices.filter { dense[$0] > 0 }
        guard !active.isEmpty else { continue }
        let sum = dense.reduce(0.0) { $0 + Double($1) }
        let score: Float =
          switch ranking {
          case .max: dense.max() ?? 0
          case .mean: Float(sum / Double(dense.count))
          case .mass: Float(sum)
          }
        places.append(
          Place(
            score: score, digest: code.item.digest, span: first / step,
            map: ActivationMap(
              positions: active.map { UInt16($0) }, values: active.map { dense[$0] })))
      }
    }
    return places.sorted {
      if $0.score != $1.score { return $0.score > $1.score }
      if $0.digest != $1.digest { return $0.digest.lexicographicallyPrecedes($1.digest) }
      return $0.span < $1.span
    }
  }
}

struct SplitMix {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var value = state
    value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
    value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
    return value ^ value >> 31
  }
}

@Suite struct IndexAccumulatorTests {
  @Test func keepsWhatSortingEverythingFinds() throws {
    let corpus = RandomCorpus(count: 60, seed: 1)
    var accumulator = IndexAccumulator(
      identity: RandomCorpus.identity, options: RandomCorpus.options)
    var lists: [String: IndexCommit.ExemplarList] = [:]
    var maps: [IndexCommit.MapKey: ActivationMap] = [:]
    for (number, code) in corpus.codes.enumerated() {
      accumulator.add(code)
      guard number % 7 == 6 || number == corpus.codes.count - 1 else { continue }
      let commit = accumulator.takeCommit()
      for key in commit.forgottenMaps { #expect(maps.removeValue(forKey: key) != nil) }
      for (key, map) in commit.maps { #expect(maps.updateValue(map, forKey: key) == nil) }
      for list in commit.exemplars {
        lists["\(list.latent) \(list.view.name) \(list.ranking)"] = list
      }
    }
    var used: Set<IndexCommit.MapKey> = []
    for latent in 0..<40 {
      for view in IndexView.numbered {
        for ranking in IndexRanking.allCases {
          let wanted = corpus.places(latent: latent, view: view, ranking: ranking).prefix(3)
          let found = lists["\(latent) \(view.name) \(ranking)"]?.exemplars ?? []
          #expect(found.map(\.score) == wanted.map(\.score))
          #expect(found.map { corpus.codes[$0.item].item.digest } == wanted.map(\.digest))
          #expect(found.map(\.span) == wanted.map(\.span))
          for (exemplar, place) in zip(found, wanted) {
            let key = IndexCommit.MapKey(
              latent: latent, view: view, item: exemplar.item, span: exemplar.span)
            #expect(maps[key] == place.map)
            used.insert(key)
          }
        }
      }
    }
    #expect(Set(maps.keys) == used, "a map is kept exactly as long as an exemplar needs it")
  }

  @Test func countsWhatPlainLoopsCount() throws {
    let corpus = RandomCorpus(count: 40, seed: 2)
    var accumulator = IndexAccumulator(
      identity: RandomCorpus.identity, options: RandomCorpus.options)
    for code in corpus.codes { accumulator.add(code) }
    let rows = accumulator.takeCommit().statistics
    for row in rows {
      var values: [Float] = []
      var items = 0
      for code in corpus.codes {
        guard let view = code.views[row.view] else { continue }
        let here = zip(view.latents, view.values).filter { Int($0.0) == row.latent }.map(\.1)
        values += here
        if !here.isEmpty { items += 1 }
      }
      #expect(row.statistics.positions == values.count)
      #expect(row.statistics.items == items)
      #expect(row.statistics.max == values.max())
      // Multiples of 3/8 are exact in steps of 2⁻²⁰.
      #expect(row.statistics.mass == values.reduce(0.0) { $0 + Double($1) })
      let sorted = values.sorted()
      for q in [0.1, 0.5, 0.9, 1] {
        let exact = Double(sorted[max(1, Int((q * Double(values.count)).rounded(.up))) - 1])
        let found = try #require(row.statistics.quantile(q))
        #expect(abs(found - exact) <= exact / 16, "\(q): \(found) and \(exact)")
      }
    }
    #expect(rows.count > 100)
  }

  @Test func everyActivationLiesInItsBin() {
    for activation in [0.01 as Float, 0.5, 1, 1.0624, 1.125, 3.99, 4, 800, 4095] {
      let bin = (0..<LatentStatistics.bins).first {
        LatentStatistics.bounds(ofBin: $0).contains(activation)
      }
      var accumulator = IndexAccumulator(
        identity: RandomCorpus.identity, options: RandomCorpus.options)
      accumulator.add(
        ItemCode(
          item: IndexItem(digest: [1], name: "a", tokens: ["a"]),
          views: [.text: .init(latents: [7], values: [activation], offsets: [0, 1])]))
      let row = accumulator.takeCommit().statistics.first
      #expect(row?.statistics.histogram.firstIndex(of: 1) == bin)
    }
  }

  @Test func tablesOfThePapersSizeFitInAGigabyte() {
    let bytes = IndexAccumulator.byteCount(latentCount: 131_072, exemplars: 20, views: 2)
    #expect(bytes < 1 << 30, "\(bytes) bytes for pictures")
    #expect(IndexAccumulator.byteCount(latentCount: 131_072, exemplars: 20, views: 3) < 1 << 30)
  }
}
