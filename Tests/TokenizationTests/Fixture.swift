import Foundation
import Testing

/// The committed files under Tests/Fixtures.
enum Fixture {
  static let folder = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Fixtures")

  static func path(_ name: String) -> String { folder.appending(path: name).path }

  static func bytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: folder.appending(path: name)))
  }

  /// The content of every file in a folder, in the order of their names.
  static func seeds(_ name: String) throws -> [[UInt8]] {
    try FileManager.default.contentsOfDirectory(atPath: path(name)).sorted()
      .map { try bytes("\(name)/\($0)") }
  }
}
