import Corpora
import Foundation
import Glibc
import Interpretation
import Tensors
import TestSupport

/// A folder of its own that is gone when the value is.
final class Scratch: Sendable {
  let path: String

  init() throws {
    let url = FileManager.default.temporaryDirectory.appending(path: "lucarne-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.resolvingSymlinksInPath().path
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ bytes: [UInt8], _ name: String) throws {
    let url = URL(filePath: "\(path)/\(name)")
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url)
  }

  func write(_ text: String, _ name: String) throws { try write(Array(text.utf8), name) }

  /// A named pipe.
  func pipe() throws -> String {
    let path = path + "/pipe"
    guard unsafe mkfifo(path, 0o600) == 0 else { throw CocoaError(.fileWriteUnknown) }
    return path
  }

  /// A copy of a fixture.
  func copy(_ fixture: String, _ name: String) throws {
    try write(Fixtures.bytes(fixture), name)
  }
}

extension Corpus {
  mutating func all() throws -> [CorpusEntry] {
    var entries: [CorpusEntry] = []
    while let entry = try next(cancellation: .never) { entries.append(entry) }
    return entries
  }
}

extension CorpusSource {
  func entries() throws -> [CorpusEntry] {
    var corpus = try open()
    return try corpus.all()
  }
}

extension CorpusReader {
  func all() throws -> [PreparedEntry] {
    var entries: [PreparedEntry] = []
    while true {
      switch try next(waiting: 5) {
      case .entry(let entry): entries.append(entry)
      case .nothingYet: continue
      case .end: return entries
      }
    }
  }
}
