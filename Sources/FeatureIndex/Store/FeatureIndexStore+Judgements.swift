import GRDB

/// What a judge answered to one question of a measure that is not finished.
package struct Judgement: Sendable, Hashable {
  /// What is measured, and how: the same questions in the same order have the same.
  package struct Measure: Sendable, Hashable {
    /// An explanation's id, or a latent.
    package var owner: Int
    package var isOfLatent: Bool
    package var kind: String
    package var settings: String

    package init(owner: Int, isOfLatent: Bool, kind: String, settings: String) {
      self.owner = owner
      self.isOfLatent = isOfLatent
      self.kind = kind
      self.settings = settings
    }
  }

  package var measure: Measure
  /// The question's number, from 0.
  package var question: Int
  /// nil: an answer that could not be read.
  package var said: Int?

  package init(measure: Measure, question: Int, said: Int?) {
    self.measure = measure
    self.question = question
    self.said = said
  }
}

/// Answers of judges are kept until the score that they make is, so that what a judge has said is
/// not asked again after the kernel's sudden end.
extension FeatureIndexStore {
  /// Adds answers, or replaces those to the same questions; all of them or none.
  package func put(_ judgements: [Judgement]) throws(FeatureIndexError) {
    try write { database in
      let statement = try database.cachedStatement(
        sql: """
          INSERT OR REPLACE INTO judgement (owner, ofLatent, kind, settings, question, said)
          VALUES (?, ?, ?, ?, ?, ?)
          """)
      for judgement in judgements {
        try statement.execute(
          arguments: [
            judgement.measure.owner, judgement.measure.isOfLatent, judgement.measure.kind,
            judgement.measure.settings, judgement.question, judgement.said,
          ])
      }
    }
  }

  /// The answers to the questions of one measure, by their numbers.
  package func judgements(
    of measure: Judgement.Measure
  ) throws(FeatureIndexError) -> [Int: Int?] {
    try read { database in
      guard try database.tableExists("judgement") else { return [:] }
      let rows = try Row.fetchCursor(
        database.cachedStatement(
          sql: """
            SELECT question, said FROM judgement
            WHERE owner = ? AND ofLatent = ? AND kind = ? AND settings = ?
            """),
        arguments: [measure.owner, measure.isOfLatent, measure.kind, measure.settings])
      var found: [Int: Int?] = [:]
      while let row = try rows.next() {
        found[try row.value("question")] = .some(try row.optional("said"))
      }
      return found
    }
  }

  /// Removes all answers to the questions of measures.
  package func removeJudgements(of measures: [Judgement.Measure]) throws(FeatureIndexError) {
    try write { database in
      for measure in measures {
        try database.cachedStatement(
          sql: """
            DELETE FROM judgement WHERE owner = ? AND ofLatent = ? AND kind = ? AND settings = ?
            """
        ).execute(
          arguments: [measure.owner, measure.isOfLatent, measure.kind, measure.settings])
      }
    }
  }

  /// Removes the answers that a kept score was made of.
  func removeJudgements(
    ofLatent isOfLatent: Bool, _ owner: Int, kind: String, from database: Database
  ) throws {
    try database.cachedStatement(
      sql: "DELETE FROM judgement WHERE owner = ? AND ofLatent = ? AND kind = ?"
    ).execute(arguments: [owner, isOfLatent, kind])
  }
}
