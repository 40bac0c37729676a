import Checkpoints
import Foundation
package import Tensors

/// Reference files under Tests/Fixtures.
package enum Fixtures {
  /// The folder Tests: what `LUCARNE_TEST_FILES` names, where tests run on another machine than the
  /// one that built them, else found from this source file's own place.
  static let tests: URL = {
    let named = ProcessInfo.processInfo.environment["LUCARNE_TEST_FILES"]
    return named.map { URL(fileURLWithPath: $0) }
      ?? URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  }()

  /// The path of `relative` under Tests/Fixtures.
  package static func path(_ relative: String) -> String {
    tests.appendingPathComponent("Fixtures").appendingPathComponent(relative).path
  }

  package static func bytes(_ relative: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: path(relative))))
  }

  /// The content of every file in a folder under Tests/Fixtures, in the order of their names.
  package static func seeds(_ relative: String) throws -> [[UInt8]] {
    try FileManager.default.contentsOfDirectory(atPath: path(relative)).sorted()
      .map { try bytes("\(relative)/\($0)") }
  }

  /// A JSON file under Tests/Fixtures, decoded.
  package static func json<Value: Decodable>(
    _ relative: String, as type: Value.Type = Value.self
  ) throws -> Value {
    try JSONDecoder().decode(type, from: Data(try bytes(relative)))
  }
}

/// The tensors of one safetensors file under Tests/Fixtures.
package struct TensorFixture: Sendable {
  private let file: SafetensorsFile

  package init(_ relative: String) throws {
    file = try SafetensorsFile(path: Fixtures.path(relative))
  }

  package var names: [String] { file.entries.keys.sorted() }

  /// The tensor as float32 `[first dimension, all others]`; a vector is one row.
  package func matrix(_ name: String) throws -> Matrix {
    let shape = try file.entry(name).shape
    let rows = shape.count < 2 ? 1 : shape[0]
    let values = try file.floats(name)
    return Matrix(rows: rows, columns: rows == 0 ? 0 : values.count / rows, values: values)
  }
}

/// A copy of a fixture folder that a test may damage; removed when the value is released.
package final class FixtureCopy {
  package let path: String

  package init(of relative: String) throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("lucarne-\(UUID().uuidString)")
    try FileManager.default.copyItem(
      at: URL(fileURLWithPath: Fixtures.path(relative)), to: folder)
    path = folder.path
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  package func remove(_ name: String) throws {
    try FileManager.default.removeItem(atPath: "\(path)/\(name)")
  }

  /// Replaces the first `old` in a file; throws when it is not there.
  package func edit(_ name: String, replacing old: String, with new: String) throws {
    let url = URL(fileURLWithPath: "\(path)/\(name)")
    var data = try Data(contentsOf: url)
    guard let range = data.range(of: Data(old.utf8)) else { throw CocoaError(.fileReadCorruptFile) }
    data.replaceSubrange(range, with: Data(new.utf8))
    try data.write(to: url)
  }

  /// Writes `value` over the first element of a tensor of a safetensors file
  /// of any 16- or 32-bit type.
  package func poison(_ name: String, tensor: String, with value: Float = .nan) throws {
    let entry = try SafetensorsFile(path: "\(path)/\(name)").entry(tensor)
    let bytes: [UInt8]
    switch entry.type {
    case .bfloat16:
      let bits = value.bitPattern >> 16
      bytes = [UInt8(truncatingIfNeeded: bits), UInt8(truncatingIfNeeded: bits >> 8)]
    default:
      let bits = value.bitPattern
      bytes = (0..<4).map { UInt8(truncatingIfNeeded: bits >> (8 * $0)) }
    }
    try overwrite(name, at: entry.byteOffset, with: bytes)
  }

  /// Overwrites bytes of a file in place.
  package func overwrite(_ name: String, at offset: Int, with bytes: [UInt8]) throws {
    let handle = try FileHandle(forUpdating: URL(fileURLWithPath: "\(path)/\(name)"))
    defer { try? handle.close() }
    try handle.seek(toOffset: UInt64(offset))
    try handle.write(contentsOf: Data(bytes))
  }
}
