import GRDB

extension FeatureIndexStore {
  /// The scores of what latents are called, oldest first, of those that have any.
  package func labelScores(
    of latents: [Int]
  ) throws(FeatureIndexError) -> [Int: [ScoreRecord]] {
    guard !latents.isEmpty else { return [:] }
    return try read { database in
      let statement = try database.cachedStatement(
        sql: """
          SELECT kind, value, baseline, count, created FROM score
          WHERE explanation = (
            SELECT id FROM explanation WHERE latent = ? AND state = 'explained'
            ORDER BY revision DESC LIMIT 1)
          ORDER BY id
          """)
      var found: [Int: [ScoreRecord]] = [:]
      for latent in Set(latents) {
        let scores = try Row.fetchAll(statement, arguments: [latent]).map { row in
          ScoreRecord(
            kind: try row.value("kind"), value: try row.finite("value"),
            baseline: try row.optional("baseline"), count: try row.value("count"),
            created: try row.finite("created"))
        }
        if !scores.isEmpty { found[latent] = scores }
      }
      return found
    }
  }
}
