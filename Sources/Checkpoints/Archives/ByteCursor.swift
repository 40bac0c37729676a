package import Tensors

/// Reads little-endian numbers off bytes of a file, never beyond their end.
package struct ByteCursor {
  package let path: String
  package let bytes: [UInt8]
  package private(set) var position = 0

  package init(path: String, bytes: [UInt8]) {
    self.path = path
    self.bytes = bytes
  }

  package var remaining: Int { bytes.count - position }

  package mutating func take(_ count: Int) throws(CheckpointError) -> [UInt8] {
    guard count >= 0, count <= remaining else {
      throw .archive(
        path: path, reason: "\(count) bytes expected where \(remaining) are left: cut off")
    }
    defer { position += count }
    return Array(bytes[position..<position + count])
  }

  package mutating func skip(_ count: Int) throws(CheckpointError) { _ = try take(count) }

  package mutating func byte() throws(CheckpointError) -> UInt8 { try take(1)[0] }

  /// An unsigned number of 1 to 8 bytes; one of 8 must fit an `Int`.
  package mutating func integer(_ count: Int) throws(CheckpointError) -> Int {
    let value = try take(count).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard let result = Int(exactly: value) else {
      throw .archive(path: path, reason: "\(value) is too large for a size")
    }
    return result
  }
}

extension MappedFile {
  /// A copy of `count` bytes, none of them beyond the end.
  package func part(_ offset: Int, count: Int, what: String) throws(CheckpointError) -> [UInt8] {
    guard offset >= 0, count >= 0, count <= byteCount, offset <= byteCount - count else {
      throw .archive(
        path: path,
        reason: "\(what): \(count) bytes from \(offset) reach beyond the file's \(byteCount)")
    }
    do { return try bytes(offset..<offset + count) } catch {
      throw .archive(path: path, reason: "\(what): \(error)")
    }
  }
}
