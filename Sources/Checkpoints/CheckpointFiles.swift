internal import Glibc
internal import JSON
internal import Tensors

extension MappedFile {
  /// Maps `path`, with this room's error.
  convenience init(reading path: String) throws(CheckpointError) {
    do { try self.init(path: path) } catch {
      throw CheckpointError(error)
    }
  }

  /// A copy of the bytes in `range`, with this room's error.
  func read(_ range: Range<Int>) throws(CheckpointError) -> [UInt8] {
    do { return try bytes(range) } catch { throw CheckpointError(error) }
  }
}

extension CheckpointError {
  init(_ error: TensorError) {
    switch error {
    case .unreadable(let path, let reason): self = .unreadable(path: path, reason: reason)
    case .notAFile(let path, let kind):
      self = .unreadable(path: path, reason: "found \(kind), expected a regular file")
    case .outOfBounds(let path, _, _): self = .malformed(path: path, reason: "\(error)")
    case .badShape, .notFinite: self = .malformed(path: "tensor", reason: "\(error)")
    }
  }
}

/// Reads the JSON files that lie beside a checkpoint's weights.
enum ConfigurationFile {
  /// Far above any configuration; keeps a wrong file from being read whole.
  private static let byteLimit = 64 << 20

  /// The object in `folder`/`name`. Throws `.unreadable`, `.malformed`.
  static func read(_ name: String, in folder: String) throws(CheckpointError) -> JSONObject {
    let path = "\(folder)/\(name)"
    let file = try MappedFile(reading: path)
    guard file.byteCount <= byteLimit else {
      throw .malformed(path: path, reason: "\(file.byteCount) bytes, expected at most \(byteLimit)")
    }
    let value: JSONValue
    var bytes = try file.read(0..<file.byteCount)
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
    do { value = try JSONValue(parsing: bytes, limits: .file) } catch {
      throw .malformed(path: path, reason: "\(error)" + hint(bytes))
    }
    guard let object = value.objectValue else {
      throw .malformed(path: path, reason: "found \(value.summary), expected an object")
    }
    return object
  }

  /// Python writes numbers that JSON does not have.
  private static func hint(_ bytes: [UInt8]) -> String {
    for name in ["Infinity", "NaN"] {
      let needle = Array(name.utf8)
      for start in bytes.indices where bytes[start...].starts(with: needle) {
        return "; the file holds \(name), which is not valid JSON, expected a finite number"
      }
    }
    return ""
  }

  /// The object in `folder`/`name`, or nil where there is no such file.
  static func readIfPresent(
    _ name: String, in folder: String
  ) throws(CheckpointError) -> JSONObject? {
    exists(name, in: folder) ? try read(name, in: folder) : nil
  }

  static func exists(_ name: String, in folder: String) -> Bool {
    unsafe access("\(folder)/\(name)", F_OK) == 0
  }
}
