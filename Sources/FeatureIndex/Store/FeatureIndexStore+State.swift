import Foundation
import GRDB

extension FeatureIndexStore {
  /// All that an accumulator needs to go on from this file.
  package func state() throws(FeatureIndexError) -> IndexState {
    var state = IndexState(identity: identity, options: options)
    let path = path
    try read { database in
      let items = try Row.fetchCursor(
        database, sql: "SELECT number, digest, name, tokenCount FROM item ORDER BY number")
      while let row = try items.next() {
        guard row["number"] == state.items.count else {
          throw FeatureIndexError.invalid(path: path, reason: "its items have gaps")
        }
        let digest: Data = row["digest"]
        state.items.append(
          .init(digest: Array(digest), name: row["name"], tokens: row["tokenCount"]))
      }
      state.skippedNames = try String.fetchAll(database, sql: "SELECT name FROM skipped")
      state.sampleHashes = try Int64.fetchAll(database, sql: "SELECT hash FROM sample").map {
        UInt64(bitPattern: $0)
      }
      let counts = try Row.fetchCursor(
        database, sql: "SELECT * FROM statistics ORDER BY latent, view")
      while let row = try counts.next() { state.statistics.append(try statistics(row)) }
      let lists = try Row.fetchCursor(
        database, sql: "SELECT * FROM exemplars ORDER BY latent, view, ranking")
      while let row = try lists.next() {
        let list = try list(row)
        guard
          list.exemplars.allSatisfy({
            $0.item < state.items.count && $0.span <= state.items[$0.item].tokens
          })
        else { throw FeatureIndexError.invalid(path: path, reason: "an exemplar names no item") }
        state.exemplars.append(list)
      }
    }
    return state
  }

  func statistics(_ row: Row) throws -> IndexCommit.Statistics {
    let max: Double = row["max"]
    guard let view = IndexView(rawValue: row["view"]), let latent = latent(row),
      let found = LatentStatistics(
        positions: row["positions"], items: row["items"], sum: row["sum"], max: Float(max),
        histogramData: row["histogram"])
    else { throw FeatureIndexError.invalid(path: path, reason: "a row of statistics is damaged") }
    return .init(latent: latent, view: view, statistics: found)
  }

  func list(_ row: Row) throws -> IndexCommit.ExemplarList {
    guard let view = IndexView(rawValue: row["view"]), let latent = latent(row),
      let ranking = IndexRanking(rawValue: row["ranking"]),
      let list = IndexCommit.ExemplarList(
        latent: latent, view: view, ranking: ranking, data: row["list"])
    else { throw FeatureIndexError.invalid(path: path, reason: "a list of exemplars is damaged") }
    return list
  }

  func latent(_ row: Row) -> Int? {
    let latent: Int = row["latent"]
    return (0..<identity.latents).contains(latent) ? latent : nil
  }
}
