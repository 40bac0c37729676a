import Foundation
import GRDB

extension FeatureIndexStore {
  /// Makes an index of one's own of another's state. It appears under its name when it is whole.
  ///
  /// - Parameter progress: called with the share done; false stops with
  ///   `FeatureIndexError.interrupted`.
  /// - Throws: `FeatureIndexError`; `.exists` where there is a file of that name.
  package func copy(
    to path: String, progress: @escaping (Double) -> Bool = { _ in true }
  ) throws(FeatureIndexError) {
    let path = try IndexPlace(ofNew: path).path
    let temporary = path + ".copying"
    IndexPlace.remove(temporary)
    defer { IndexPlace.remove(temporary) }
    try Self.wrap(path) {
      let target = try DatabaseQueue(path: temporary)
      try database.backup(to: target, pagesPerStep: 1024) { state in
        let done = Double(state.completedPageCount) / Double(max(1, state.totalPageCount))
        guard state.isCompleted || progress(done) else {
          throw FeatureIndexError.interrupted(path: path)
        }
      }
      // In the journal's mode of an index's writers, and without a log beside it.
      try target.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = WAL") }
      try target.close()
      try FileManager.default.moveItem(atPath: temporary, toPath: path)
    }
  }
}
