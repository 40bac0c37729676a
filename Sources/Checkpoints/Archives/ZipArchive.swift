internal import CZlib
package import Tensors

/// A zip file, mapped: its directory is read on opening and every entry lies within the file.
///
/// Reads stored and deflated entries, zip64 included. Encrypted ones, other compressions, parts of
/// several files and repeated names are refused. After PKWARE's APPNOTE 6.3.
package struct ZipArchive {
  struct Entry {
    let name: String
    let isDeflated: Bool
    let checksum: UInt32
    let compressedSize: Int
    let size: Int
    let headerOffset: Int
  }

  package let file: MappedFile
  let entries: [String: Entry]

  /// An archive of weights has a few entries; one with more is something else.
  private static let mostEntries = 4_096
  private static let mostDirectoryBytes = 4 << 20
  /// Deflate makes at most 1,032 bytes of one.
  private static let largestRatio = 1_032

  package init(file: MappedFile) throws(CheckpointError) {
    let end = try DirectoryEnd(file: file)
    guard end.count <= Self.mostEntries, end.size <= Self.mostDirectoryBytes else {
      throw .archive(
        path: file.path,
        reason: "\(end.count) entries in a directory of \(end.size) bytes, expected at most "
          + "\(Self.mostEntries) in \(Self.mostDirectoryBytes)")
    }
    var cursor = ByteCursor(
      path: file.path, bytes: try file.part(end.offset, count: end.size, what: "the zip directory"))
    var entries: [String: Entry] = [:]
    for _ in 0..<end.count {
      let entry = try Self.entry(&cursor, path: file.path)
      guard entries.updateValue(entry, forKey: entry.name) == nil else {
        throw .archive(path: file.path, reason: "two entries named \(entry.name)")
      }
    }
    self.file = file
    self.entries = entries
  }

  func entry(_ name: String) throws(CheckpointError) -> Entry {
    guard let entry = entries[name] else {
      throw .archive(path: file.path, reason: "no entry \(name) in the archive")
    }
    return entry
  }

  /// Where a stored entry's bytes begin in the file, its checksum compared.
  func storedOffset(_ entry: Entry) throws(CheckpointError) -> Int {
    guard !entry.isDeflated, entry.compressedSize == entry.size else {
      throw .archive(path: file.path, reason: "entry \(entry.name) is compressed, stored expected")
    }
    let offset = try dataOffset(entry)
    var checksum: UInt = 0
    for start in stride(from: 0, to: entry.size, by: 1 << 20) {
      let count = min(1 << 20, entry.size - start)
      checksum = Self.checksum(
        try file.part(offset + start, count: count, what: entry.name), after: checksum)
    }
    try compare(checksum, entry)
    return offset
  }

  /// The bytes of an entry, its checksum compared. Throws where it has more than `limit`.
  func bytes(_ entry: Entry, limit: Int) throws(CheckpointError) -> [UInt8] {
    guard entry.size <= limit else {
      throw .archive(
        path: file.path,
        reason: "entry \(entry.name) has \(entry.size) bytes, expected at most \(limit)")
    }
    let offset = try dataOffset(entry)
    let packed = try file.part(offset, count: entry.compressedSize, what: entry.name)
    let bytes = entry.isDeflated ? try inflated(packed, entry) : packed
    guard bytes.count == entry.size else {
      throw .archive(
        path: file.path,
        reason: "entry \(entry.name) has \(bytes.count) bytes, its directory says \(entry.size)")
    }
    try compare(Self.checksum(bytes, after: 0), entry)
    return bytes
  }

  private func compare(_ checksum: UInt, _ entry: Entry) throws(CheckpointError) {
    guard checksum == UInt(entry.checksum) else {
      throw .archive(path: file.path, reason: "entry \(entry.name) is damaged: its CRC-32 differs")
    }
  }

  private func inflated(_ packed: [UInt8], _ entry: Entry) throws(CheckpointError) -> [UInt8] {
    guard entry.size / Self.largestRatio <= packed.count else {
      throw .archive(
        path: file.path,
        reason: "entry \(entry.name) cannot have \(entry.size) bytes in \(packed.count)")
    }
    let (bytes, reason) = Self.inflate(packed, size: entry.size)
    guard let bytes else {
      throw .archive(path: file.path, reason: "entry \(entry.name): \(reason)")
    }
    return bytes
  }

  /// Where the data of an entry begins, behind the header that stands before it.
  private func dataOffset(_ entry: Entry) throws(CheckpointError) -> Int {
    var cursor = ByteCursor(
      path: file.path, bytes: try file.part(entry.headerOffset, count: 30, what: entry.name))
    guard try cursor.integer(4) == 0x0403_4b50 else {
      throw .archive(path: file.path, reason: "entry \(entry.name) does not begin with a header")
    }
    try cursor.skip(22)
    let names = try cursor.integer(2) + cursor.integer(2)
    let offset = entry.headerOffset + 30 + names
    guard offset <= file.byteCount - entry.compressedSize else {
      throw .archive(path: file.path, reason: "entry \(entry.name) reaches beyond the file's end")
    }
    return offset
  }

  private static func entry(
    _ cursor: inout ByteCursor, path: String
  ) throws(CheckpointError) -> Entry {
    guard try cursor.integer(4) == 0x0201_4b50 else {
      throw .archive(path: path, reason: "the zip directory is damaged")
    }
    try cursor.skip(4)
    let flags = try cursor.integer(2)
    let method = try cursor.integer(2)
    try cursor.skip(4)
    let checksum = UInt32(truncatingIfNeeded: try cursor.integer(4))
    var sizes = [0, 0, 0]
    sizes[1] = try cursor.integer(4)
    sizes[0] = try cursor.integer(4)
    let lengths = (try cursor.integer(2), try cursor.integer(2), try cursor.integer(2))
    try cursor.skip(8)
    sizes[2] = try cursor.integer(4)
    let name = String(decoding: try cursor.take(lengths.0), as: UTF8.self)
    let extra = try cursor.take(lengths.1)
    try cursor.skip(lengths.2)
    try widen(&sizes, extra: extra, path: path)
    guard flags & 1 == 0, method == 0 || method == 8 else {
      throw .archive(
        path: path,
        reason:
          "entry \(name) is \(flags & 1 == 1 ? "encrypted" : "compressed by method \(method)")"
          + ", only stored and deflated ones are read")
    }
    return Entry(
      name: name, isDeflated: method == 8, checksum: checksum, compressedSize: sizes[1],
      size: sizes[0], headerOffset: sizes[2])
  }

  /// Takes size, compressed size and offset from the zip64 field where 32 bits do not hold them.
  private static func widen(
    _ sizes: inout [Int], extra: [UInt8], path: String
  ) throws(CheckpointError) {
    var fields = ByteCursor(path: path, bytes: extra)
    while fields.remaining >= 4 {
      let (kind, length) = (try fields.integer(2), try fields.integer(2))
      var field = ByteCursor(path: path, bytes: try fields.take(length))
      guard kind == 1 else { continue }
      for index in sizes.indices where sizes[index] == 0xffff_ffff {
        sizes[index] = try field.integer(8)
      }
    }
  }

  private static func checksum(_ bytes: [UInt8], after start: UInt) -> UInt {
    unsafe bytes.withUnsafeBufferPointer { buffer in
      unsafe crc32_z(start, buffer.baseAddress, buffer.count)
    }
  }

  /// Raw deflate: `size` bytes exactly, or nil and why not.
  private static func inflate(_ packed: [UInt8], size: Int) -> ([UInt8]?, reason: String) {
    guard packed.count <= Int(UInt32.max), size < Int(UInt32.max) else {
      return (nil, "\(size) bytes are too many for a compressed entry")
    }
    var stream = unsafe z_stream()
    guard
      unsafe inflateInit2_(
        &stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else { return (nil, "zlib cannot start") }
    defer { unsafe inflateEnd(&stream) }
    var (input, output) = (packed, [UInt8](repeating: 0, count: size + 1))
    let status = unsafe input.withUnsafeMutableBufferPointer { source in
      unsafe output.withUnsafeMutableBufferPointer { target in
        unsafe stream.next_in = source.baseAddress
        unsafe stream.avail_in = UInt32(source.count)
        unsafe stream.next_out = target.baseAddress
        unsafe stream.avail_out = UInt32(target.count)
        return unsafe CZlib.inflate(&stream, Z_FINISH)
      }
    }
    guard status == Z_STREAM_END, unsafe stream.total_out == UInt(size) else {
      return (nil, "not \(size) bytes of deflated data")
    }
    output.removeLast()
    return (output, "")
  }
}

/// Where the directory of a zip file lies.
private struct DirectoryEnd {
  let count: Int
  let size: Int
  let offset: Int

  init(file: MappedFile) throws(CheckpointError) {
    let tailCount = min(file.byteCount, 22 + 0xffff)
    let tail = try file.part(
      file.byteCount - tailCount, count: tailCount, what: "the end of the archive")
    let starts = stride(from: tailCount - 22, through: 0, by: -1)
    guard
      let place = starts.first(where: {
        tail[$0] == 0x50 && tail[$0 + 1] == 0x4b && tail[$0 + 2] == 5 && tail[$0 + 3] == 6
      })
    else {
      throw .archive(path: file.path, reason: "not a zip file, or cut off: it has no directory")
    }
    var cursor = ByteCursor(path: file.path, bytes: Array(tail[place...]))
    try cursor.skip(10)
    var fields = [try cursor.integer(2), try cursor.integer(4), try cursor.integer(4)]
    if fields[0] == 0xffff || fields[1] == 0xffff_ffff || fields[2] == 0xffff_ffff {
      fields = try Self.zip64(file, end: file.byteCount - tailCount + place)
    }
    (count, size, offset) = (fields[0], fields[1], fields[2])
  }

  private static func zip64(_ file: MappedFile, end: Int) throws(CheckpointError) -> [Int] {
    var locator = ByteCursor(
      path: file.path, bytes: try file.part(end - 20, count: 20, what: "the zip64 locator"))
    guard try locator.integer(4) == 0x0706_4b50 else {
      throw .archive(path: file.path, reason: "the zip64 locator is missing")
    }
    try locator.skip(4)
    let offset = try locator.integer(8)
    var record = ByteCursor(
      path: file.path, bytes: try file.part(offset, count: 56, what: "the zip64 directory's end"))
    guard try record.integer(4) == 0x0606_4b50 else {
      throw .archive(path: file.path, reason: "the zip64 directory's end is missing")
    }
    try record.skip(28)
    return [try record.integer(8), try record.integer(8), try record.integer(8)]
  }
}
