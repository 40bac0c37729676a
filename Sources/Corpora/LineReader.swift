import FoundationEssentials
package import Tensors

/// The lines of a text file that are not blank, one after the other, never the whole file.
package struct LineReader {
  package struct Line {
    /// From 1.
    package let number: Int
    /// Without the line's end.
    package let bytes: [UInt8]
  }

  /// Far above any prompt; keeps a file that is no text from filling the memory.
  static let byteLimit = 16 << 20
  private static let chunk = 1 << 16

  private let stream: ByteStream
  private var buffer: [UInt8] = []
  private var start = 0
  private var number = 0
  private var isAtEnd = false

  package init(path: String) throws {
    stream = try ByteStream(path: path)
  }

  /// The next line that is not blank. Throws `CorpusError.unreadable` on a line without end.
  package mutating func next(cancellation: Cancellation) throws -> Line? {
    while let bytes = try nextRaw(cancellation: cancellation) {
      number += 1
      var line = bytes.last == 0x0D ? bytes.dropLast() : bytes
      // A byte order mark is no part of the first line.
      if number == 1, line.starts(with: [0xEF, 0xBB, 0xBF]) { line = line.dropFirst(3) }
      if line.contains(where: { $0 != 0x20 && $0 != 0x09 }) {
        return Line(number: number, bytes: Array(line))
      }
    }
    return nil
  }

  private mutating func nextRaw(cancellation: Cancellation) throws -> ArraySlice<UInt8>? {
    var searched = start
    while true {
      if let end = buffer[searched...].firstIndex(of: 0x0A) {
        defer { start = end + 1 }
        return buffer[start..<end]
      }
      searched = buffer.count
      if isAtEnd {
        defer { start = buffer.count }
        return start < buffer.count ? buffer[start...] : nil
      }
      guard buffer.count - start <= Self.byteLimit else {
        throw CorpusError.unreadable(
          path: stream.path,
          reason: "line \(number + 1) has more than \(Self.byteLimit) bytes, the most that is read")
      }
      if start > 0 {
        buffer.removeFirst(start)
        searched -= start
        start = 0
      }
      let more = try stream.read(Self.chunk, cancellation: cancellation)
      isAtEnd = more.count < Self.chunk
      buffer += more
    }
  }

  /// How many lines are not blank; nil for what can be read only once.
  package static func count(path: String) throws -> Int? {
    let stream = try ByteStream(path: path)
    guard stream.length != nil else { return nil }
    var lines = try LineReader(path: path)
    var count = 0
    while try lines.next(cancellation: .never) != nil { count += 1 }
    return count
  }

  /// The folder that paths in the file at `path` are relative to.
  package static func folder(of path: String) -> String {
    URL(fileURLWithPath: absolutePath(path)).deletingLastPathComponent().path
  }

  package static func path(_ name: String, in folder: String) -> String {
    absolutePath(name.hasPrefix("/") ? name : folder + "/" + name)
  }
}
