import Foundation
import GRDB

extension FeatureIndexStore {
  /// What latents are called, those that have a name.
  package func labels(of latents: [Int]) throws(FeatureIndexError) -> [Int: String] {
    guard !latents.isEmpty else { return [:] }
    return try read { database in
      let statement = try database.cachedStatement(sql: "SELECT text FROM label WHERE rowid = ?")
      var labels: [Int: String] = [:]
      for latent in Set(latents) {
        labels[latent] = try String.fetchOne(statement, arguments: [latent])
      }
      return labels
    }
  }

  /// How many latents have an explanation, or one whose newest revision is in a state.
  package func explanationCount(
    state: ExplanationRecord.State? = nil
  ) throws(FeatureIndexError) -> Int {
    try read { database in
      guard let state else {
        return try Int.fetchOne(
          database, sql: "SELECT count(DISTINCT latent) FROM explanation") ?? 0
      }
      return try Int.fetchOne(
        database,
        sql: """
          SELECT count(*) FROM explanation WHERE revision = (SELECT max(revision) FROM explanation \
          AS other
            WHERE other.latent = explanation.latent) AND state = ?
          """, arguments: [state.rawValue]) ?? 0
    }
  }

  /// The latents that an author has told something of by a method, be it that they cannot be
  /// interpreted; attempts that failed do not count.
  package func latentsTold(
    by author: ExplanationAuthor, method: String
  ) throws(FeatureIndexError) -> Set<Int> {
    try read { database in
      Set(
        try Int.fetchAll(
          database,
          sql: """
            SELECT DISTINCT latent FROM explanation
            WHERE authorKind = ? AND authorName = ? AND method = ? AND state <> 'failed'
            """, arguments: [author.kind.rawValue, author.name, method]))
    }
  }

  /// The number of the item with this content.
  package func item(digest: [UInt8]) throws(FeatureIndexError) -> Int? {
    try read { database in
      try Int.fetchOne(
        database, sql: "SELECT number FROM item WHERE digest = ?", arguments: [Data(digest)])
    }
  }
}
