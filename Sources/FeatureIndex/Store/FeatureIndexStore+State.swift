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
        let number: Int = try row.value("number")
        guard number == state.items.count else {
          throw FeatureIndexError.invalid(path: path, reason: "its items have gaps")
        }
        let digest: Data = try row.value("digest")
        state.items.append(
          .init(
            digest: Array(digest), name: try row.value("name"), tokens: try row.value("tokenCount"))
        )
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
    let max: Double = try row.value("max")
    guard let view = IndexView(rawValue: try row.value("view")), let latent = try latent(row),
      let found = LatentStatistics(
        positions: try row.value("positions"), items: try row.value("items"),
        sum: try row.value("sum"), max: Float(max),
        histogramData: try row.value("histogram"))
    else { throw FeatureIndexError.invalid(path: path, reason: "a row of statistics is damaged") }
    return .init(latent: latent, view: view, statistics: found)
  }

  func list(_ row: Row) throws -> IndexCommit.ExemplarList {
    guard let view = IndexView(rawValue: try row.value("view")), let latent = try latent(row),
      let ranking = IndexRanking(rawValue: try row.value("ranking")),
      let list = IndexCommit.ExemplarList(
        latent: latent, view: view, ranking: ranking, data: try row.value("list"))
    else { throw FeatureIndexError.invalid(path: path, reason: "a list of exemplars is damaged") }
    return list
  }

  func latent(_ row: Row) throws -> Int? {
    let latent: Int = try row.value("latent")
    return (0..<identity.latents).contains(latent) ? latent : nil
  }
}
