import GRDB

/// What was counted over a whole file, each for the state of the file that it was counted in.
struct CountedFacts: Sendable {
  private var known: (facts: IndexFacts, state: ContentState)?
  private var sample: (table: SampleTable, state: ContentState)?

  func facts(at state: ContentState) -> IndexFacts? {
    known.flatMap { $0.state == state ? $0.facts : nil }
  }

  func sample(at state: ContentState) -> SampleTable? {
    // Explanations change nothing of it.
    sample.flatMap { $0.state.items == state.items ? $0.table : nil }
  }

  mutating func keep(_ facts: IndexFacts, at state: ContentState) { known = (facts, state) }

  mutating func keep(_ table: SampleTable, at state: ContentState) { sample = (table, state) }
}

/// How far a file has come: rows of these tables are only ever added, and with everything
/// that is added comes one.
struct ContentState: Sendable, Equatable {
  var items: Int?
  var skipped: Int?
  var explanations: Int?
}

extension FeatureIndexStore {
  func contentState(_ database: Database) throws -> ContentState {
    ContentState(
      items: try Int.fetchOne(database, sql: "SELECT max(number) FROM item"),
      skipped: try Int.fetchOne(database, sql: "SELECT max(id) FROM skipped"),
      explanations: try Int.fetchOne(database, sql: "SELECT max(id) FROM explanation"))
  }
}
