import Foundation
import GRDB

/// Who told what a latent stands for.
package struct ExplanationAuthor: Sendable, Hashable {
  package enum Kind: String, Sendable, CaseIterable { case human, program, model }
  package var kind: Kind
  package var name: String

  package init(kind: Kind, name: String) {
    self.kind = kind
    self.name = name
  }
}

/// One attempt to say what a latent stands for. Attempts are added, never changed.
package struct ExplanationRecord: Sendable, Equatable {
  package enum State: String, Sendable, CaseIterable {
    case explained
    /// The explainer looked and found nothing in common.
    case uninterpretable
    /// There was no answer; it may be tried again.
    case failed
  }
  package var id: Int?
  package var latent: Int
  /// From 1, by latent.
  package var revision: Int
  package var state: State
  /// The explanation, or what failed; empty where a latent is uninterpretable.
  package var text: String
  package var author: ExplanationAuthor
  /// How it was made: "manual", "dissection", "chat".
  package var method: String
  /// What it rests on, such as digests of items in hexadecimal.
  package var evidence: [String]
  /// What kind of concept it names, such as object or colour; nil where nobody said.
  package var concept: String?
  /// The id of the explanation that it is a shorter form of.
  package var refines: Int?
  /// Question and answer as they were, where there were.
  package var record: String?
  /// Seconds since 1970.
  package var created: Double
  package var scores: [ScoreRecord]

  package init(
    latent: Int, state: State, text: String, author: ExplanationAuthor, method: String,
    evidence: [String] = [], concept: String? = nil, refines: Int? = nil,
    record: String? = nil, created: Double
  ) {
    self.latent = latent
    revision = 0
    self.state = state
    self.text = text
    self.author = author
    self.method = method
    self.evidence = evidence
    self.concept = concept
    self.refines = refines
    self.record = record
    self.created = created
    scores = []
  }
}

extension FeatureIndexStore {
  /// Adds explanations with their scores, each as its latent's newest
  /// revision; all of them or none.
  /// - Returns: them with ids and revisions.
  @discardableResult
  package func put(
    _ explanations: [ExplanationRecord]
  ) throws(FeatureIndexError) -> [ExplanationRecord] {
    if let wrong = explanations.first(where: { !(0..<identity.latentCount).contains($0.latent) }) {
      throw .value(
        what: "the latent", found: "\(wrong.latent)", expected: "0 to \(identity.latentCount - 1)")
    }
    return try write { database in
      try explanations.map { explanation in
        let added = try add(explanation, to: database)
        try refreshLabel(ofLatent: explanation.latent, database)
        return added
      }
    }
  }

  private func add(
    _ explanation: ExplanationRecord, to database: Database
  ) throws -> ExplanationRecord {
    var added = explanation
    added.revision =
      1
      + (try Int.fetchOne(
        database, sql: "SELECT max(revision) FROM explanation WHERE latent = ?",
        arguments: [explanation.latent]) ?? 0)
    let evidence = String(decoding: try JSONEncoder().encode(explanation.evidence), as: UTF8.self)
    try database.cachedStatement(
      sql: """
        INSERT INTO explanation (latent, revision, state, text, authorKind, authorName, method, \
        evidence,
          record, created, concept, refines) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """
    ).execute(arguments: [
      added.latent, added.revision, added.state.rawValue, added.text, added.author.kind.rawValue,
      added.author.name, added.method, evidence, added.record, added.created, added.concept,
      added.refines,
    ])
    let id = Int(database.lastInsertedRowID)
    added.id = id
    for score in added.scores { try write(score, explanation: id, to: database) }
    return added
  }

  /// One revision, by its id.
  package func explanation(id: Int) throws(FeatureIndexError) -> ExplanationRecord? {
    try read { try explanations($0, "WHERE id = ?", [id]).first }
  }

  /// Every revision of a latent, newest first.
  package func explanations(
    ofLatent latent: Int
  ) throws(FeatureIndexError) -> [ExplanationRecord] {
    try read { database in
      try explanations(
        database, "WHERE latent = ? ORDER BY revision DESC", [latent])
    }
  }

  /// What a latent is called: its newest explanation that is one.
  package func label(ofLatent latent: Int) throws(FeatureIndexError) -> ExplanationRecord? {
    try read { database in
      try explanations(
        database,
        "WHERE latent = ? AND state = 'explained' ORDER BY revision DESC LIMIT 1", [latent]
      ).first
    }
  }

  /// The newest revision of each latent that has one, by latent.
  /// - Parameter state: those whose newest revision is in this state only.
  package func newestExplanations(
    state: ExplanationRecord.State? = nil, offset: Int = 0, limit: Int
  ) throws(FeatureIndexError) -> [ExplanationRecord] {
    try read { database in
      guard let state else {
        return try explanations(
          database,
          """
          WHERE (latent, revision) IN (SELECT latent, max(revision) FROM explanation
              GROUP BY latent ORDER BY latent LIMIT ? OFFSET ?)
            ORDER BY latent
          """, [limit, offset])
      }
      return try explanations(
        database,
        """
        WHERE revision = (SELECT max(revision) FROM explanation AS other
            WHERE other.latent = explanation.latent) AND state = ?
          ORDER BY latent LIMIT ? OFFSET ?
        """, [state.rawValue, limit, offset])
    }
  }

  func explanations(
    _ database: Database, _ condition: String, _ arguments: StatementArguments
  ) throws -> [ExplanationRecord] {
    try Row.fetchAll(
      database.cachedStatement(sql: "SELECT * FROM explanation " + condition),
      arguments: arguments
    ).map { row in
      let evidence: String = try row.value("evidence")
      let authorKind: String = try row.value("authorKind")
      let state: String = try row.value("state")
      var found = ExplanationRecord(
        latent: try knownLatent(row), state: ExplanationRecord.State(rawValue: state) ?? .failed,
        text: try row.value("text"),
        author: ExplanationAuthor(
          kind: ExplanationAuthor.Kind(rawValue: authorKind) ?? .program,
          name: try row.value("authorName")),
        method: try row.value("method"),
        evidence: (try? JSONDecoder().decode([String].self, from: Data(evidence.utf8))) ?? [],
        concept: row.hasColumn("concept") ? try row.optional("concept") : nil,
        refines: row.hasColumn("refines") ? try row.optional("refines") : nil,
        record: try row.optional("record"), created: try row.finite("created"))
      let id: Int = try row.value("id")
      found.id = id
      found.revision = try row.value("revision")
      found.scores = try Row.fetchAll(
        database, sql: "SELECT * FROM score WHERE explanation = ? ORDER BY id", arguments: [id]
      ).map { try ScoreRecord($0) }
      return found
    }
  }

  // MARK: The text that is searched

  private func refreshLabel(ofLatent latent: Int, _ database: Database) throws {
    try database.execute(sql: "DELETE FROM label WHERE rowid = ?", arguments: [latent])
    try database.execute(
      sql: """
        INSERT INTO label (rowid, text) SELECT latent, text FROM explanation
        WHERE latent = ? AND state = 'explained' ORDER BY revision DESC LIMIT 1
        """, arguments: [latent])
  }

  func refreshLabels() throws(FeatureIndexError) {
    try write { database in
      let latents = try Int.fetchAll(database, sql: "SELECT DISTINCT latent FROM explanation")
      for latent in latents { try refreshLabel(ofLatent: latent, database) }
    }
  }
}
