import Foundation
import GRDB

extension FeatureIndexStore {
  /// All that an accumulator needs to go on from this file.
  package func state() throws(FeatureIndexError) -> IndexState {
    var state = IndexState(identity: identity, options: options)
    let path = path
    try read { database in
      var digests: Set<Data> = []
      let items = try Row.fetchCursor(
        database,
        sql: """
          SELECT number, digest, name, tokenCount, length(CAST(tokens AS BLOB)) AS written FROM item
          ORDER BY number
          """)
      while let row = try items.next() {
        let number: Int = try row.value("number")
        guard number == state.items.count else {
          throw FeatureIndexError.invalid(path: path, reason: "its items have gaps")
        }
        let digest: Data = try row.value("digest")
        guard digest.count == IndexLimits.digestBytes, digests.insert(digest).inserted else {
          throw DamagedRow(reason: "an item's digest is missing or not unique")
        }
        // Every token takes two bytes of JSON at least, so that a count cannot
        // be larger than its file.
        let written: Int = try row.value("written")
        let count = try row.number("tokenCount", in: 0...max(0, written / 2))
        state.items.append(
          .init(digest: Array(digest), name: try row.value("name"), tokens: count))
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
            $0.item < state.items.count
              && $0.span < options.spans(tokens: state.items[$0.item].tokens)
          })
        else { throw FeatureIndexError.invalid(path: path, reason: "an exemplar names no item") }
        state.exemplars.append(list)
      }
    }
    return state
  }

  func statistics(_ row: Row) throws -> IndexCommit.Statistics {
    let max = try row.finite("max")
    guard let view = views[try row.value("view")], let latent = try latent(row),
      let found = LatentStatistics(
        positions: try row.number("positions", in: IndexLimits.total),
        items: try row.number("items", in: IndexLimits.total),
        sum: try row.value("sum"), max: Float(max),
        histogramData: try row.value("histogram"))
    else { throw FeatureIndexError.invalid(path: path, reason: "a row of statistics is damaged") }
    return .init(latent: latent, view: view, statistics: found)
  }

  func list(_ row: Row) throws -> IndexCommit.ExemplarList {
    guard let view = views[try row.value("view")], let latent = try latent(row),
      let ranking = IndexRanking(rawValue: try row.value("ranking")),
      let list = IndexCommit.ExemplarList(
        latent: latent, view: view, ranking: ranking, data: try row.value("list"))
    else { throw FeatureIndexError.invalid(path: path, reason: "a list of exemplars is damaged") }
    return list
  }

  /// The latent that a row is about; rows of latents that do not exist are thrown.
  func knownLatent(_ row: Row, _ column: String = "latent") throws -> Int {
    try row.number(column, in: 0...identity.latentCount - 1)
  }

  func latent(_ row: Row) throws -> Int? {
    let latent: Int = try row.value("latent")
    return (0..<identity.latentCount).contains(latent) ? latent : nil
  }
}
