internal import Glibc
internal import SystemReasons

/// Reads small JSON files, such as the configurations that lie beside weights.
package enum JSONFile {
  /// The object in the file at `path`.
  ///
  /// - Parameters:
  ///   - byteLimit: the most bytes that it may have: a wrong file is not read whole.
  ///   - limits: how deep and how large its values may be.
  package static func object(
    at path: String, byteLimit: Int, limits: JSONLimits = .file
  ) throws(JSONFileError) -> JSONObject {
    let value = try value(at: path, byteLimit: byteLimit, limits: limits)
    guard let object = value.objectValue else {
      throw JSONFileError(
        .notAnObject, path: path, reason: "found \(value.summary), expected an object")
    }
    return object
  }

  /// The value in the file at `path`; a byte order mark before it is passed over.
  package static func value(
    at path: String, byteLimit: Int, limits: JSONLimits = .file
  ) throws(JSONFileError) -> JSONValue {
    var bytes = try bytes(at: path, limit: byteLimit)
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
    do { return try JSONValue(parsing: bytes, limits: limits) } catch {
      throw JSONFileError(.malformed, path: path, reason: "\(error)" + hint(bytes))
    }
  }

  /// The bytes of the regular file at `path`, links followed.
  package static func bytes(
    at path: String, limit: Int
  ) throws(JSONFileError) -> [UInt8] {
    guard !path.utf8.contains(0) else {
      throw JSONFileError(.unreadable, path: path, reason: "the path contains a zero byte")
    }
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      throw JSONFileError(
        errno == ENOENT ? .missing : .unreadable, path: path, reason: systemReason())
    }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else {
      throw JSONFileError(.unreadable, path: path, reason: systemReason())
    }
    if let kind = irregularKind(ofMode: status.st_mode) {
      throw JSONFileError(
        .unreadable, path: path, reason: "found \(kind), expected a regular file")
    }
    guard status.st_size <= limit else {
      throw JSONFileError(
        .tooLarge, path: path, reason: "\(status.st_size) bytes, expected at most \(limit)")
    }
    return try content(of: descriptor, byteCount: Int(status.st_size), path: path)
  }

  /// What a file holds of the bytes that it had when it was opened.
  private static func content(
    of descriptor: Int32, byteCount: Int, path: String
  ) throws(JSONFileError) -> [UInt8] {
    var failure: Int32 = 0
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, done in
      while done < byteCount {
        let count = unsafe read(
          descriptor, buffer.baseAddress?.advanced(by: done), byteCount - done)
        if count > 0 {
          done += count
        } else if count == 0 {
          return
        } else if errno != EINTR {
          failure = errno
          return
        }
      }
    }
    guard failure == 0 else {
      throw JSONFileError(.unreadable, path: path, reason: systemReason(failure))
    }
    return bytes
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
}
