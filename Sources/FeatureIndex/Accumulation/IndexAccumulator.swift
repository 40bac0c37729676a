/// Counts the codes of items and keeps each latent's best places, in one
/// pass and in bounded memory.
///
/// What it holds is a function of the set of items alone, not of their order: places
/// with equal scores stand in the order of their items' digests, then of their spans;
/// sums are exact in their steps.
package struct IndexAccumulator: Sendable {
  package let identity: IndexIdentity
  package let options: IndexOptions

  private let views: ViewNumbers
  private var items = ItemTable()
  /// By the numbers of views.
  private var statistics: [Int: StatisticsTable] = [:]
  private var tables: [Int: [ExemplarTable]] = [:]
  private var sample: TokenSample
  private var newItems: [(number: Int, item: IndexItem)] = []
  private var newSkipped: [SkippedItem] = []
  /// Maps of places that are among the best and came since the last commit.
  private var newMaps: [MapPlace: ActivationMap] = [:]
  /// Places that left a list since the last commit.
  private var lost: Set<MapPlace> = []
  /// About the bytes that wait for the next commit in maps, which nothing else bounds.
  package private(set) var pendingBytes = 0
  private var grouping = LatentGrouping()

  struct MapPlace: Hashable {
    let latent: Int32
    /// Its number.
    let view: Int
    let unit: UInt32
  }

  package init(identity: IndexIdentity, options: IndexOptions) {
    precondition(options.exemplars <= Int(UInt16.max) && options.spanTokens > 0)
    self.identity = identity
    self.options = options
    views = ViewNumbers(options)
    sample = TokenSample(capacity: options.sampledTokens)
  }

  /// Goes on from a file.
  package init(resuming state: IndexState) {
    self.init(identity: state.identity, options: state.options)
    absorb(state)
    for token in state.sampleHashes { sample.restore(token) }
    _ = takeCommit()
  }

  /// The bytes that the tables take when every latent is active in `views` views.
  package static func byteCount(latentCount: Int, exemplars: Int, views: Int) -> Int {
    views
      * (StatisticsTable.byteCount(latentCount: latentCount)
        + IndexRanking.allCases.count
        * ExemplarTable.byteCount(latentCount: latentCount, capacity: exemplars))
  }

  // MARK: What is in it

  package func contains(digest: [UInt8]) -> Bool { items.number(of: digest) != nil }

  /// The places of an item: the spans of its text, or one.
  func spans(ofItem number: Int) -> Int { items.spans(ofItem: number) }

  /// Whether an entry of that name was taken in or skipped.
  package func isDone(name: String) -> Bool { items.isDone(name) }

  // MARK: Taking in

  /// Takes in an item whose digest is new.
  package mutating func add(_ code: ItemCode) {
    let number = items.add(
      digest: code.item.digest, name: code.item.name,
      spans: options.spans(tokens: code.item.tokens.count))
    newItems.append((number, code.item))
    for view in 0..<views.count {
      guard let name = views[view], let activations = code.views[name], activations.positions > 0
      else { continue }
      prepare(view)
      let whole = 0..<activations.positions
      if name == .text {
        for span in 0..<options.spans(tokens: activations.positions) {
          let first = span * options.spanTokens
          let range = first..<min(first + options.spanTokens, activations.positions)
          grouping.group(activations, positions: range, latentCount: identity.latentCount)
          rank(range.count, view: view, unit: items.unit(number, span: span))
        }
        grouping.group(activations, positions: whole, latentCount: identity.latentCount)
      } else {
        grouping.group(activations, positions: whole, latentCount: identity.latentCount)
        rank(whole.count, view: view, unit: items.unit(number, span: 0))
      }
      // A latent that fires in several spans fires in one item.
      count(view: view)
      addSample(activations, view: view, digest: code.item.digest)
    }
  }

  /// Notes an entry that is not taken in.
  package mutating func skip(_ item: SkippedItem) {
    items.note(name: item.name)
    newSkipped.append(item)
  }

  private mutating func prepare(_ view: Int) {
    guard statistics[view] == nil else { return }
    statistics[view] = StatisticsTable(latentCount: identity.latentCount)
    tables[view] = IndexRanking.allCases.map { _ in
      ExemplarTable(latentCount: identity.latentCount, capacity: options.exemplars)
    }
  }

  /// Ranks the picture or span of `positions` positions that is grouped.
  private mutating func rank(_ positions: Int, view: Int, unit: UInt32) {
    guard var lists = tables.removeValue(forKey: view) else { return }
    let places = items
    for (latent, entries) in grouping.latents {
      let values = grouping.values[entries]
      var (sum, largest) = (0.0, Float(0))
      for value in values {
        sum += Double(value)
        largest = max(largest, value)
      }
      let scores = [largest, Float(sum / Double(positions)), Float(sum)]
      var (isKept, displaced) = (false, [UInt32]())
      for ranking in IndexRanking.allCases {
        let outcome = lists[ranking.rawValue].offer(
          latent: latent, score: scores[ranking.rawValue], unit: unit,
          precedes: places.precedes)
        guard case .taken(let out) = outcome else { continue }
        isKept = true
        if let out, !displaced.contains(out) { displaced.append(out) }
      }
      for out in displaced
      where !lists.contains(where: { $0.contains(latent: latent, unit: out) }) {
        forget(MapPlace(latent: Int32(latent), view: view, unit: out))
      }
      guard isKept else { continue }
      newMaps[MapPlace(latent: Int32(latent), view: view, unit: unit)] = ActivationMap(
        positions: Array(grouping.positions[entries]), values: Array(values))
      pendingBytes += Self.bytes(ofMap: entries.count)
    }
    tables[view] = lists
  }

  /// A place that no list of its latent names any more: its map is not
  /// written, or taken from the file.
  private mutating func forget(_ place: MapPlace) {
    if let map = newMaps.removeValue(forKey: place) {
      pendingBytes -= Self.bytes(ofMap: map.values.count)
    } else {
      lost.insert(place)
    }
  }

  /// With the arrays' heads and its share of the table.
  private static func bytes(ofMap entries: Int) -> Int { 6 * entries + 160 }

  /// Counts the item that is grouped.
  private mutating func count(view: Int) {
    guard var table = statistics.removeValue(forKey: view) else { return }
    for (latent, entries) in grouping.latents {
      table.add(latent: latent, grouping.values[entries])
    }
    statistics[view] = table
  }

  private mutating func addSample(_ code: ItemCode.View, view: Int, digest: [UInt8]) {
    for position in 0..<code.positions {
      let hash = TokenSample.hash(digest: digest[...], view: view, position: position)
      guard sample.wants(hash) else { continue }
      let active = code.latents[code.offsets[position]..<code.offsets[position + 1]]
      sample.add(SampledToken(hash: hash, latents: Array(active)))
    }
  }

  // MARK: Merging

  /// Takes in what another index of other items holds, but its maps and its sample's codes: those
  /// of places that `refers` names, and tokens by `add(sampled:)`, are for the caller to bring.
  /// - Returns: the number that each of its items has here.
  @discardableResult
  package mutating func absorb(_ state: IndexState) -> [Int] {
    let numbers = state.items.map { item in
      items.add(digest: item.digest, name: item.name, spans: options.spans(tokens: item.tokens))
    }
    for name in state.skippedNames { items.note(name: name) }
    for row in state.statistics {
      guard let view = views.number(of: row.view) else { continue }
      prepare(view)
      var sum = statistics[view]?[row.latent] ?? LatentStatistics()
      sum.add(row.statistics)
      statistics[view]?[row.latent] = sum
    }
    let places = items
    for list in state.exemplars {
      guard let view = views.number(of: list.view) else { continue }
      prepare(view)
      for exemplar in list.exemplars {
        _ = tables[view]?[list.ranking.rawValue].offer(
          latent: list.latent, score: exemplar.score,
          unit: places.unit(numbers[exemplar.item], span: exemplar.span),
          precedes: places.precedes)
      }
    }
    return numbers
  }

  package mutating func add(sampled token: SampledToken) { sample.add(token) }

  /// Whether a place is among a latent's best under some ranking.
  package func refers(to key: IndexCommit.MapKey) -> Bool {
    let unit = items.unit(key.item, span: key.span)
    return views.number(of: key.view).flatMap { tables[$0] }?.contains {
      $0.contains(latent: key.latent, unit: unit)
    } ?? false
  }

  // MARK: Committing

  /// What changed since the last call.
  package mutating func takeCommit() -> IndexCommit {
    var commit = IndexCommit()
    (commit.items, newItems) = (newItems, [])
    (commit.skipped, newSkipped) = (newSkipped, [])
    for view in 0..<views.count {
      guard let name = views[view] else { continue }
      for latent in statistics[view]?.takeChanges() ?? [] {
        guard let row = statistics[view]?[latent] else { continue }
        commit.statistics.append(.init(latent: latent, view: name, statistics: row))
      }
      for ranking in IndexRanking.allCases {
        for latent in tables[view]?[ranking.rawValue].takeChanges() ?? [] {
          commit.exemplars.append(list(latent, (view, name), ranking))
        }
      }
    }
    takeMaps(&commit)
    (commit.sample, commit.forgottenSample) = sample.takeChanges()
    return commit
  }

  private func list(
    _ latent: Int, _ view: (number: Int, name: IndexView), _ ranking: IndexRanking
  ) -> IndexCommit.ExemplarList {
    let entries = tables[view.number]?[ranking.rawValue].list(latent: latent) ?? []
    return .init(
      latent: latent, view: view.name, ranking: ranking,
      exemplars: entries.map { entry in
        let place = items.place(ofUnit: entry.unit)
        return Exemplar(
          latent: latent, view: view.name, ranking: ranking, item: place.item, span: place.span,
          score: entry.score)
      })
  }

  private mutating func takeMaps(_ commit: inout IndexCommit) {
    for (place, map) in newMaps where isReferred(place) {
      if let key = key(place) { commit.maps.append((key, map)) }
    }
    for place in lost where newMaps[place] == nil && !isReferred(place) {
      if let key = key(place) { commit.forgottenMaps.append(key) }
    }
    (newMaps, lost, pendingBytes) = ([:], [], 0)
  }

  private func isReferred(_ place: MapPlace) -> Bool {
    tables[place.view]?.contains { $0.contains(latent: Int(place.latent), unit: place.unit) }
      ?? false
  }

  private func key(_ place: MapPlace) -> IndexCommit.MapKey? {
    let found = items.place(ofUnit: place.unit)
    return views[place.view].map {
      .init(latent: Int(place.latent), view: $0, item: found.item, span: found.span)
    }
  }
}
