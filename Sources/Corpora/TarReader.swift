import Images
import Tensors

/// The members of a tar archive, in order: ustar, pax and GNU long names.
/// Nothing is ever extracted.
struct TarReader {
  struct Member {
    let name: String
    let isFile: Bool
    /// Links, devices and sparse files, in words; nil for files and folders.
    let oddity: String?
    /// Where its content begins.
    let offset: Int
    let size: Int
  }

  /// Far above any name; keeps a hostile header from filling the memory.
  private static let nameLimit = 1 << 20

  let stream: ByteStream
  /// Bytes of the current member that are not read yet, with those that fill its last block.
  private var rest = 0

  init(_ stream: ByteStream) {
    self.stream = stream
  }

  /// The next member, or nil at the archive's end mark.
  ///
  /// Throws `CorpusError.unreadable` on damage and where the archive breaks off.
  mutating func next(cancellation: Cancellation) throws -> Member? {
    var longName: String?
    var longSize: Int?
    while true {
      try skipRest(cancellation: cancellation)
      let start = stream.offset
      let block = try stream.read(TarHeader.byteCount, cancellation: cancellation)
      if block.isEmpty { throw bad("it breaks off at byte \(start) without its end mark") }
      if block.count == TarHeader.byteCount, block.allSatisfy({ $0 == 0 }) {
        try stream.finish(cancellation: cancellation)
        return nil
      }
      do {
        let header = try TarHeader(block)
        switch header.type {
        case UInt8(ascii: "L"):
          let bytes = try smallContent(header, cancellation: cancellation).prefix { $0 != 0 }
          longName = FileName.text(bytes)
        case UInt8(ascii: "x"):
          let records = try PaxRecords(smallContent(header, cancellation: cancellation))
          longName = records.path ?? longName
          longSize = records.size ?? longSize
        case UInt8(ascii: "K"), UInt8(ascii: "g"):
          _ = try smallContent(header, cancellation: cancellation)
        default:
          return try member(header, name: longName, size: longSize)
        }
      } catch let error as Malformed {
        throw bad("the header at byte \(start) is damaged: \(error.reason)")
      }
    }
  }

  /// The content of the member that came last. Throws where the archive breaks off.
  mutating func content(of member: Member, cancellation: Cancellation) throws -> [UInt8] {
    let bytes = try stream.read(member.size, cancellation: cancellation)
    guard bytes.count == member.size else {
      throw bad("it breaks off in \"\(member.name)\": \(bytes.count) of \(member.size) bytes")
    }
    rest -= bytes.count
    return bytes
  }

  private mutating func member(
    _ header: TarHeader, name: String?, size: Int?
  ) throws(Malformed) -> Member {
    let oddity: String? =
      switch header.type {
      case UInt8(ascii: "1"): "a hard link"
      case UInt8(ascii: "2"): "a symbolic link"
      case UInt8(ascii: "3"), UInt8(ascii: "4"), UInt8(ascii: "6"): "a device or pipe"
      case UInt8(ascii: "S"): "a sparse file"
      case 0, UInt8(ascii: "0"), UInt8(ascii: "7"), UInt8(ascii: "5"): nil
      default: "a member of an unknown type"
      }
    // Links and devices have no content, whatever their size says.
    let hasContent = ![0x31, 0x32, 0x33, 0x34, 0x35, 0x36].contains(header.type)
    let bytes = hasContent ? size ?? header.size : 0
    rest = try Self.padded(bytes)
    if let length = stream.length, stream.offset + bytes > length || stream.offset + rest < 0 {
      throw Malformed(
        "\"\((name ?? header.name).prefix(200))\" has \(bytes) bytes, "
          + "the file ends \(length - stream.offset) bytes behind")
    }
    return Member(
      name: name ?? header.name, isFile: oddity == nil && header.type != UInt8(ascii: "5"),
      oddity: oddity, offset: stream.offset, size: bytes)
  }

  private mutating func smallContent(
    _ header: TarHeader, cancellation: Cancellation
  ) throws -> [UInt8] {
    guard header.size <= Self.nameLimit else {
      throw Malformed("a name of \(header.size) bytes, expected at most \(Self.nameLimit)")
    }
    let bytes = try stream.read(header.size, cancellation: cancellation)
    guard bytes.count == header.size else { throw Malformed("its name breaks off") }
    rest = try Self.padded(header.size) - header.size
    return bytes
  }

  private mutating func skipRest(cancellation: Cancellation) throws {
    let passed = try stream.skip(rest, cancellation: cancellation)
    guard passed == rest else { throw bad("it breaks off at byte \(stream.offset)") }
    rest = 0
  }

  private static func padded(_ size: Int) throws(Malformed) -> Int {
    let (sum, overflow) = size.addingReportingOverflow(TarHeader.byteCount - 1)
    guard size >= 0, !overflow, sum < 1 << 60 else { throw Malformed("its size is \(size) bytes") }
    return sum / TarHeader.byteCount * TarHeader.byteCount
  }

  private func bad(_ reason: String) -> CorpusError {
    .unreadable(path: stream.path, reason: reason)
  }
}

/// What a pax header says of the member behind it: records `LENGTH KEY=VALUE\n`.
struct PaxRecords {
  private(set) var path: String?
  private(set) var size: Int?

  init(_ bytes: [UInt8]) throws(Malformed) {
    var rest = bytes[...]
    while let space = rest.firstIndex(of: 0x20) {
      guard let length = Int(String(decoding: rest[..<space], as: UTF8.self)),
        length > space + 1 - rest.startIndex, length <= rest.count
      else { throw Malformed("a pax record of impossible length") }
      let end = rest.startIndex + length
      let parts = rest[(space + 1)..<(end - 1)].split(
        separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2 else { throw Malformed("a pax record without \"=\"") }
      if parts[0].elementsEqual("path".utf8) { path = FileName.text(parts[1]) }
      if parts[0].elementsEqual("size".utf8) {
        guard let value = Int(String(decoding: parts[1], as: UTF8.self)), value >= 0 else {
          throw Malformed("a pax size that is not a number")
        }
        size = value
      }
      rest = rest[end...]
    }
  }
}
