import Benchmarks
import KernelProtocol

/// What a search has tried, and what came of it in the choosing half.
struct SearchLedger {
  /// Changes of a round that are tried on right answers, too: those that help most.
  private static let survivors = 32
  /// Single changes that are joined with one another, and joined ones that are joined further.
  private static let (joined, extended) = (12, 6)

  let failing: Int
  let keeping: Int
  let maxHarm: Double
  /// By the changes' names: on wrong answers, and on right ones where those were tried.
  private var helping: [String: PairedOutcome] = [:]
  private var harming: [String: PairedOutcome] = [:]
  /// In the order in which they were tried.
  private(set) var tried: [SearchedChange] = []

  init(failing: Int, keeping: Int, maxHarm: Double) {
    self.failing = failing
    self.keeping = keeping
    self.maxHarm = maxHarm
  }

  mutating func record(helping sheet: AnswerSheet, _ changes: [SearchedChange]) {
    for change in changes { helping[change.name] = Self.outcome(of: change, in: sheet) }
    tried += changes
  }

  mutating func record(harming sheet: AnswerSheet, _ changes: [SearchedChange]) {
    for change in changes { harming[change.name] = Self.outcome(of: change, in: sheet) }
  }

  private static func outcome(of change: SearchedChange, in sheet: AnswerSheet) -> PairedOutcome {
    var outcome = PairedOutcome()
    let changed = sheet.answers(of: Arm(name: change.name, role: .intervention))
    for (before, after) in zip(sheet.answers(of: .plain), changed) { outcome.add(before, after) }
    return outcome
  }

  /// What a change did on the whole choosing half.
  func outcome(of change: SearchedChange) -> PairedOutcome {
    var outcome = helping[change.name] ?? PairedOutcome()
    if let harming = harming[change.name] { outcome.add(harming) }
    return outcome
  }

  /// Of a round's changes those that are worth trying on right answers.
  func worthTrying(_ changes: [SearchedChange]) -> [SearchedChange] {
    func help(_ change: SearchedChange) -> Int { helping[change.name]?.helped ?? 0 }
    let ranked = changes.enumerated().filter { help($0.element) > 0 }.sorted {
      (-help($0.element), $0.offset) < (-help($1.element), $1.offset)
    }
    return ranked.prefix(Self.survivors).map(\.element)
  }

  /// The front over everything that was tried on both.
  var front: HelpHarmFront<SearchedChange> {
    HelpHarmFront(
      tried.compactMap { change in
        guard let helping = helping[change.name], let harming = harming[change.name] else {
          return nil
        }
        return .init(change, helped: helping.helped, harmed: harming.harmed)
      })
  }

  var choice: (point: HelpHarmFront<SearchedChange>.Point, meetsLimit: Bool)? {
    front.choice(failing: failing, keeping: keeping, maxHarm: maxHarm)
  }

  /// Whether nothing is left to be put right without a loss.
  var isPerfect: Bool {
    front.points.contains { $0.helped == failing && $0.harmed == 0 }
  }

  /// The changes of so many features that are tried next: the best of one fewer, each with the best
  /// single ones of other features.
  func joined(features count: Int) -> [SearchedChange] {
    let singles = best(ofFeatures: 1, limit: Self.joined)
    let smaller =
      count == 2 ? singles : best(ofFeatures: count - 1, limit: Self.extended)
    var names = Set(tried.map(\.name))
    var found: [SearchedChange] = []
    for change in smaller {
      for single in singles where change.features.isDisjoint(with: single.features) {
        // The order of features changes nothing.
        let parts = (change.parts + single.parts).sorted { $0.feature < $1.feature }
        let both = SearchedChange(parts)
        if names.insert(both.name).inserted { found.append(both) }
      }
    }
    return found
  }

  /// By the surplus of help over harm, as shares; at most three of each feature, so that places
  /// and operations of one do not crowd out the others.
  private func best(ofFeatures count: Int, limit: Int) -> [SearchedChange] {
    func surplus(_ change: SearchedChange) -> Double {
      let harm = harming[change.name].map { Double($0.harmed) / Double(max(1, keeping)) } ?? 1
      return Double(helping[change.name]?.helped ?? 0) / Double(max(1, failing)) - harm
    }
    let ranked = tried.filter { $0.features.count == count }.enumerated().sorted {
      (-surplus($0.element), $0.offset) < (-surplus($1.element), $1.offset)
    }.map(\.element)
    var taken: [Set<Int>: Int] = [:]
    return Array(
      ranked.filter { change in
        taken[change.features, default: 0] += 1
        return taken[change.features, default: 0] <= 3
      }.prefix(limit))
  }
}
