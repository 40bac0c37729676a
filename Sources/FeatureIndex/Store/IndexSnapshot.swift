import Foundation
import GRDB

/// One state of an index, whatever is committed to the file meanwhile. Valid within
/// `withSnapshot`, on its thread.
package struct IndexSnapshot {
  package let store: FeatureIndexStore
  private let database: Database

  init(store: FeatureIndexStore, database: Database) {
    self.store = store
    self.database = database
  }

  /// How a latent is active, by view.
  package func statistics(
    ofLatent latent: Int
  ) throws(FeatureIndexError) -> [IndexView: LatentStatistics] {
    try FeatureIndexStore.wrap(store.path) { try store.statistics(ofLatent: latent, database) }
  }

  /// A latent's best places, best first.
  package func exemplars(
    ofLatent latent: Int, view: IndexView, ranking: IndexRanking
  ) throws(FeatureIndexError) -> [Exemplar] {
    try FeatureIndexStore.wrap(store.path) {
      let row = try Row.fetchOne(
        database.cachedStatement(
          sql: "SELECT * FROM exemplars WHERE latent = ? AND view = ? AND ranking = ?"),
        arguments: [latent, try store.number(of: view), ranking.rawValue])
      return try row.map { try store.list($0).exemplars } ?? []
    }
  }

  /// Where an exemplar's latent is active on its item.
  package func map(
    _ exemplar: Exemplar, of item: IndexItem
  ) throws(FeatureIndexError) -> ActivationMap {
    try FeatureIndexStore.wrap(store.path) { try store.map(exemplar, of: item, database) }
  }

  /// Every map that is kept of a latent in a view, by item and span.
  package func maps(
    ofLatent latent: Int, view: IndexView
  ) throws(FeatureIndexError) -> [(item: Int, span: Int, map: ActivationMap)] {
    try FeatureIndexStore.wrap(store.path) {
      try Row.fetchAll(
        database.cachedStatement(
          sql: """
            SELECT item, span, activations FROM map WHERE latent = ? AND view = ?
            ORDER BY item, span
            """), arguments: [latent, try store.number(of: view)]
      ).map { row in
        guard let map = ActivationMap(try row.value("activations")) else {
          throw DamagedRow(reason: "a map of latent \(latent) is damaged")
        }
        return (
          try row.number("item", in: 0...Int(UInt32.max)),
          try row.number("span", in: 0...Int(UInt32.max)), map
        )
      }
    }
  }

  /// An item, without the bytes of a picture that the index itself holds.
  package func item(number: Int) throws(FeatureIndexError) -> IndexItem {
    try FeatureIndexStore.wrap(store.path) {
      try store.item(number, withPicture: false, database)
    }
  }

  /// Every revision of a latent, newest first.
  package func explanations(
    ofLatent latent: Int
  ) throws(FeatureIndexError) -> [ExplanationRecord] {
    try FeatureIndexStore.wrap(store.path) {
      try store.explanations(database, "WHERE latent = ? ORDER BY revision DESC", [latent])
    }
  }

  /// What the weights say of a latent; nil where nothing was derived.
  package func derived(latent: Int) throws(FeatureIndexError) -> DerivedFacts? {
    try FeatureIndexStore.wrap(store.path) { try store.derived(latent: latent, database) }
  }

  package func facts() throws(FeatureIndexError) -> IndexFacts {
    try FeatureIndexStore.wrap(store.path) { try store.facts(database) }
  }
}

extension FeatureIndexStore {
  /// Reads much of one state of the index. While it lasts, a writer's log grows beside the file.
  /// - Throws: what `body` throws, as it is; `FeatureIndexError`.
  package func withSnapshot<Value>(_ body: (IndexSnapshot) throws -> Value) throws -> Value {
    let result: Result<Value, any Error> = try read { database in
      let snapshot = IndexSnapshot(store: self, database: database)
      return Result { try body(snapshot) }
    }
    return try result.get()
  }
}
