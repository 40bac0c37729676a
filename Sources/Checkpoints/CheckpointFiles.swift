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
  /// Far above any configuration.
  private static let byteLimit = 64 << 20

  /// The object in `folder`/`name`. Throws `.unreadable`, `.malformed`.
  static func read(_ name: String, in folder: String) throws(CheckpointError) -> JSONObject {
    do { return try JSONFile.object(at: "\(folder)/\(name)", byteLimit: byteLimit) } catch {
      throw switch error.kind {
      case .missing, .unreadable: .unreadable(path: error.path, reason: error.reason)
      case .tooLarge, .malformed, .notAnObject: .malformed(path: error.path, reason: error.reason)
      }
    }
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
