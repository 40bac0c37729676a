import GRDB

/// How well an explanation holds, or how much of one piece a latent is, by one measure.
package struct ScoreRecord: Sendable, Equatable {
  /// The measure, such as "iou" or "clip".
  package var kind: String
  package var value: Double
  /// The same measure by chance, where there is one.
  package var baseline: Double?
  /// The examples it rests on.
  package var count: Int
  /// JSON with more.
  package var details: String?
  package var created: Double

  package init(
    kind: String, value: Double, baseline: Double? = nil, count: Int, details: String? = nil,
    created: Double
  ) {
    self.kind = kind
    self.value = value
    self.baseline = baseline
    self.count = count
    self.details = details
    self.created = created
  }
}

extension ScoreRecord {
  init(_ row: Row) throws {
    self.init(
      kind: try row.value("kind"), value: try row.finite("value"),
      baseline: try row.optional("baseline"), count: try row.value("count"),
      details: try row.optional("details"), created: try row.finite("created"))
  }
}

/// Scores of explanations, and measures of latents that need no explanation, such as
/// monosemanticity.
extension FeatureIndexStore {
  /// Adds scores to explanations by their ids, and to latents; all of them or none. The answers of
  /// judges that they were made of are not kept beside them.
  package func put(
    scores: [(explanation: Int, score: ScoreRecord)],
    latentScores: [(latent: Int, score: ScoreRecord)] = []
  ) throws(FeatureIndexError) {
    if let wrong = latentScores.first(where: { !(0..<identity.latentCount).contains($0.latent) }) {
      throw .value(
        what: "the latent", found: "\(wrong.latent)", expected: "0 to \(identity.latentCount - 1)")
    }
    try write { database in
      for (explanation, score) in scores {
        try write(score, explanation: explanation, to: database)
        try removeJudgements(ofLatent: false, explanation, kind: score.kind, from: database)
      }
      for (latent, score) in latentScores {
        try write(score, into: "latentScore", column: "latent", latent, to: database)
        try removeJudgements(ofLatent: true, latent, kind: score.kind, from: database)
      }
    }
  }

  func write(_ score: ScoreRecord, explanation: Int, to database: Database) throws {
    try write(score, into: "score", column: "explanation", explanation, to: database)
  }

  private func write(
    _ score: ScoreRecord, into table: String, column: String, _ owner: Int, to database: Database
  ) throws {
    try database.cachedStatement(
      sql: """
        INSERT INTO \(table) (\(column), kind, value, baseline, count, details, created)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        """
    ).execute(arguments: [
      owner, score.kind, score.value, score.baseline, score.count, score.details, score.created,
    ])
  }

  /// What was measured of a latent, oldest first.
  package func scores(ofLatent latent: Int) throws(FeatureIndexError) -> [ScoreRecord] {
    try read { database in
      guard try database.tableExists("latentScore") else { return [] }
      return try Row.fetchAll(
        database, sql: "SELECT * FROM latentScore WHERE latent = ? ORDER BY id",
        arguments: [latent]
      ).map { try ScoreRecord($0) }
    }
  }

  /// The newest measure of one kind of each latent that has one.
  package func latentScores(kind: String) throws(FeatureIndexError) -> [Int: ScoreRecord] {
    try read { database in
      guard try database.tableExists("latentScore") else { return [:] }
      let rows = try Row.fetchCursor(
        database, sql: "SELECT * FROM latentScore WHERE kind = ? ORDER BY id", arguments: [kind])
      var found: [Int: ScoreRecord] = [:]
      while let row = try rows.next() { found[try knownLatent(row)] = try ScoreRecord(row) }
      return found
    }
  }

  /// The kinds of measures that latents have.
  package func latentScoreKinds() throws(FeatureIndexError) -> [String] {
    try read { database in
      guard try database.tableExists("latentScore") else { return [] }
      return try String.fetchAll(
        database, sql: "SELECT DISTINCT kind FROM latentScore ORDER BY kind LIMIT 100")
    }
  }
}
