import Foundation
import GRDB

/// A latent that a search found.
package struct SearchHit: Sendable, Equatable {
  package var latent: Int
  /// Higher is better; what it means depends on the search.
  package var score: Double
  /// The label, or the token.
  package var text: String
}

/// A token that a latent's decoder row raises or lowers, by its direct effect on the logit.
package struct IndexedToken: Sendable, Equatable {
  package var token: Int
  package var text: String
  package var effect: Double

  package init(token: Int, text: String, effect: Double) {
    self.token = token
    self.text = text
    self.effect = effect
  }
}

/// What the weights say of a latent.
package struct DerivedFacts: Sendable {
  package var latent: Int
  package var promoted: [IndexedToken]
  package var suppressed: [IndexedToken]
  /// The nearest decoder rows.
  package var neighbours: [(latent: Int, cosine: Double)]

  package init(
    latent: Int, promoted: [IndexedToken], suppressed: [IndexedToken],
    neighbours: [(latent: Int, cosine: Double)]
  ) {
    self.latent = latent
    self.promoted = promoted
    self.suppressed = suppressed
    self.neighbours = neighbours
  }
}

extension FeatureIndexStore {
  // MARK: Search

  /// Full text over the latents' labels: every word must occur, by its stem or its beginning.
  package func search(
    text: String, offset: Int = 0, limit: Int
  ) throws(FeatureIndexError) -> [SearchHit] {
    // Quoted words, so that nothing of a query is taken for FTS5's syntax.
    let words = text.split { !$0.isLetter && !$0.isNumber }.map { "\"\($0)\"*" }
    guard !words.isEmpty else { return [] }
    return try read { database in
      try Row.fetchAll(
        database,
        sql: """
          WITH found AS (
            SELECT rowid AS latent, bm25(label) AS place FROM label WHERE label MATCH ?
            ORDER BY place, latent LIMIT ? OFFSET ?)
          SELECT latent, place, text FROM found JOIN label ON label.rowid = latent
          ORDER BY place, latent
          """, arguments: [words.joined(separator: " "), limit, offset]
      ).map { row in
        let place = try row.finite("place")
        return SearchHit(
          latent: try knownLatent(row), score: -place, text: try row.value("text"))
      }
    }
  }

  /// The latents whose decoder rows raise (or lower) a token most, the token as the vocabulary
  /// writes it, with or without a space before it.
  package func search(
    token: String, promoted: Bool = true, offset: Int = 0, limit: Int
  ) throws(FeatureIndexError) -> [SearchHit] {
    try read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT latent, max(abs(effect)) AS size, text FROM tokenEffect
          WHERE text IN (?, ?) AND promoted = ? GROUP BY latent ORDER BY size DESC, latent LIMIT ? \
          OFFSET ?
          """, arguments: [token, " " + token, promoted, limit, offset]
      ).map {
        SearchHit(
          latent: try knownLatent($0), score: try $0.finite("size"), text: try $0.value("text"))
      }
    }
  }

  // MARK: What the weights say

  /// Writes what was derived from weights, in the place of what was there.
  package func put(derived: [DerivedFacts]) throws(FeatureIndexError) {
    try write { database in
      for facts in derived {
        for table in ["tokenEffect", "neighbour"] {
          try database.cachedStatement(sql: "DELETE FROM \(table) WHERE latent = ?")
            .execute(arguments: [facts.latent])
        }
        let effect = try database.cachedStatement(
          sql: """
            INSERT INTO tokenEffect (latent, promoted, place, token, text, effect) VALUES (?, ?, \
            ?, ?, ?, ?)
            """)
        for (promoted, tokens) in [(true, facts.promoted), (false, facts.suppressed)] {
          for (place, token) in tokens.enumerated() {
            try effect.execute(arguments: [
              facts.latent, promoted, place, token.token, token.text, token.effect,
            ])
          }
        }
        let neighbour = try database.cachedStatement(
          sql: "INSERT INTO neighbour (latent, place, other, cosine) VALUES (?, ?, ?, ?)")
        for (place, other) in facts.neighbours.enumerated() {
          try neighbour.execute(arguments: [facts.latent, place, other.latent, other.cosine])
        }
      }
    }
  }

  /// The latents for which nothing was derived yet, from `first` on.
  package func underivedLatents(from first: Int, limit: Int) throws(FeatureIndexError) -> [Int] {
    let known = try read { database in
      Set(
        try Int.fetchAll(
          database, sql: "SELECT DISTINCT latent FROM tokenEffect WHERE latent >= ? LIMIT ?",
          arguments: [first, limit]))
    }
    return (first..<min(identity.latentCount, first + limit)).filter { !known.contains($0) }
  }

  /// What was derived for a latent; nil where nothing was.
  package func derived(latent: Int) throws(FeatureIndexError) -> DerivedFacts? {
    try read { try derived(latent: latent, $0) }
  }

  func derived(latent: Int, _ database: Database) throws -> DerivedFacts? {
    func tokens(_ promoted: Bool) throws -> [IndexedToken] {
      try Row.fetchAll(
        database.cachedStatement(
          sql: """
            SELECT token, text, effect FROM tokenEffect WHERE latent = ? AND promoted = ? ORDER BY \
            place
            """), arguments: [latent, promoted]
      ).map {
        IndexedToken(
          token: try $0.number("token", in: 0...Int(Int32.max)), text: try $0.value("text"),
          effect: try $0.finite("effect"))
      }
    }
    let neighbours: [(latent: Int, cosine: Double)] = try Row.fetchAll(
      database.cachedStatement(
        sql: "SELECT other, cosine FROM neighbour WHERE latent = ? ORDER BY place"),
      arguments: [latent]
    ).map { (try knownLatent($0, "other"), try $0.finite("cosine")) }
    let promoted = try tokens(true)
    return promoted.isEmpty && neighbours.isEmpty
      ? nil
      : DerivedFacts(
        latent: latent, promoted: promoted, suppressed: try tokens(false),
        neighbours: neighbours)
  }
}
