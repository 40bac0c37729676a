import FeatureIndex
import FoundationEssentials
import Glibc
import SystemReasons

/// A folder that appears under its name when everything in it is written, or not at all.
final class NewFolder {
  let path: String
  private let temporary: String
  private var isFinished = false

  /// - Throws: `FeatureIndexError.exists` where there is something of that name; `.inputOutput`.
  init(_ path: String) throws(FeatureIndexError) {
    guard !FileManager.default.fileExists(atPath: path) else { throw .exists(path: path) }
    self.path = path
    temporary = path + ".exporting"
    try? FileManager.default.removeItem(atPath: temporary)
    try Self.call(temporary) {
      try FileManager.default.createDirectory(
        atPath: temporary, withIntermediateDirectories: false)
    }
  }

  deinit {
    if !isFinished { try? FileManager.default.removeItem(atPath: temporary) }
  }

  /// Where a file or folder of it is written.
  func place(_ name: String) -> String { temporary + "/" + name }

  func makeFolder(_ name: String) throws(FeatureIndexError) {
    try Self.call(place(name)) {
      try FileManager.default.createDirectory(
        atPath: place(name), withIntermediateDirectories: true)
    }
  }

  /// Gives the folder its name.
  func finish() throws(FeatureIndexError) {
    guard unsafe rename(temporary, path) == 0 else {
      throw .inputOutput(path: path, reason: systemReason())
    }
    isFinished = true
  }

  private static func call(_ path: String, _ body: () throws -> Void) throws(FeatureIndexError) {
    do { try body() } catch { throw .inputOutput(path: path, reason: systemReason(of: error)) }
  }
}
