import Glibc
import SystemReasons
import Tensors

/// Bytes of a file or a pipe, in order, unpacked where they are gzip and that is asked for. Waiting
/// for a pipe ends with the wish for its bytes.
final class ByteStream {
  /// What it is called in messages.
  let path: String
  /// The bytes that were read or passed over.
  private(set) var offset = 0
  /// The file's length; nil for a pipe and for what is unpacked, where nothing can be found again.
  let length: Int?
  private let isPipe: Bool
  /// Whether it remains to be seen if the bytes are gzip.
  private var mayBePacked: Bool
  private var inflater: GzipInflater?
  /// What was read to see that, and is not gzip.
  private var beginning: ArraySlice<UInt8> = []
  private let descriptor: Int32
  private let owns: Bool

  /// Opens a regular file or a named pipe, without waiting for a pipe's writer.
  /// - Parameter unpacksGzip: whether gzip is unpacked, by the bytes and not by the name.
  init(path: String, unpacksGzip: Bool = false) throws(CorpusError) {
    guard !path.utf8.contains(0) else {
      throw .unreadable(path: path, reason: "the path contains a zero byte")
    }
    let descriptor = unsafe open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { throw .unreadable(path: path, reason: systemReason()) }
    guard let kind = Self.kind(of: descriptor), kind.mode == S_IFREG || kind.mode == S_IFIFO else {
      close(descriptor)
      throw .unreadable(path: path, reason: "it is neither a file nor a pipe")
    }
    self.path = absolutePath(path)
    self.descriptor = descriptor
    owns = true
    isPipe = kind.mode == S_IFIFO
    var first = [UInt8](repeating: 0, count: GzipInflater.signature.count)
    let got = isPipe || !unpacksGzip ? 0 : unsafe pread(descriptor, &first, first.count, 0)
    let isPacked = got == first.count && first == GzipInflater.signature
    mayBePacked = unpacksGzip && (isPipe || isPacked)
    length = isPipe || isPacked ? nil : kind.size
  }

  /// Reads from an open descriptor, which stays open, and only forwards.
  init(descriptor: Int32) {
    path = descriptor == STDIN_FILENO ? "standard input" : "descriptor \(descriptor)"
    self.descriptor = descriptor
    owns = false
    length = nil
    isPipe = true
    mayBePacked = true
  }

  deinit {
    if owns { close(descriptor) }
  }

  private static func kind(of descriptor: Int32) -> (mode: mode_t, size: Int)? {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { return nil }
    return (status.st_mode & S_IFMT, Int(status.st_size))
  }

  /// The next `count` bytes; fewer only at the end.
  func read(_ count: Int, cancellation: Cancellation) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var filled = 0
    try lookForGzip(cancellation: cancellation)
    while filled < count {
      let got = try unsafe bytes.withUnsafeMutableBytes { buffer in
        try unsafe some(
          into: UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]),
          cancellation: cancellation)
      }
      if got == 0 { break }
      filled += got
    }
    offset += filled
    bytes.removeLast(count - filled)
    return bytes
  }

  /// The most bytes that are read behind what was wanted of gzip, for the sake of its checksum.
  private static let remainderLimit = 1 << 30

  /// Reads on to where gzip says what it has packed, which is behind everything. A pipe, which may
  /// stay open, is read to the end of the member only.
  /// - Throws: `CorpusError.unreadable` where that is missing, or is not so.
  func finish(cancellation: Cancellation) throws {
    guard let inflater else { return }
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    var passed = 0
    while true {
      let got = try unsafe buffer.withUnsafeMutableBytes { buffer in
        try unsafe some(into: buffer, stopsAtMember: isPipe, cancellation: cancellation)
      }
      if got == 0 { break }
      passed += got
      guard passed <= Self.remainderLimit else {
        throw CorpusError.unreadable(
          path: path, reason: "more than \(Self.remainderLimit) bytes follow its end mark")
      }
    }
    guard inflater.isBetweenMembers else {
      throw CorpusError.unreadable(
        path: path, reason: "its gzip data break off before their checksum")
    }
  }

  /// Some of the next bytes, unpacked; 0 only at the end.
  private func some(
    into buffer: UnsafeMutableRawBufferPointer, stopsAtMember: Bool = false,
    cancellation: Cancellation
  ) throws -> Int {
    if !beginning.isEmpty {
      let taken = beginning.prefix(buffer.count)
      unsafe buffer.copyBytes(from: taken)
      beginning = beginning.dropFirst(taken.count)
      return taken.count
    }
    guard let inflater else { return try unsafe stored(into: buffer, cancellation: cancellation) }
    try cancellation.check()
    do {
      return try unsafe inflater.read(into: buffer, stopsAtMember: stopsAtMember) { count in
        try self.stored(count, cancellation: cancellation)
      }
    } catch let error as Malformed {
      throw CorpusError.unreadable(path: path, reason: error.reason)
    }
  }

  /// Some of the next bytes as they are stored; 0 only at the end.
  private func stored(
    into buffer: UnsafeMutableRawBufferPointer, cancellation: Cancellation
  ) throws -> Int {
    while true {
      try wait(cancellation: cancellation)
      let got = unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      if got < 0, errno == EINTR || errno == EAGAIN { continue }
      guard got >= 0 else {
        throw CorpusError.unreadable(path: path, reason: systemReason())
      }
      return got
    }
  }

  private func stored(_ count: Int, cancellation: Cancellation) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    let got = try unsafe bytes.withUnsafeMutableBytes { buffer in
      try unsafe stored(into: buffer, cancellation: cancellation)
    }
    bytes.removeLast(count - got)
    return bytes
  }

  private func lookForGzip(cancellation: Cancellation) throws {
    guard mayBePacked else { return }
    mayBePacked = false
    var first: [UInt8] = []
    while first.count < GzipInflater.signature.count {
      let more = try stored(GzipInflater.signature.count - first.count, cancellation: cancellation)
      if more.isEmpty { break }
      first += more
    }
    guard first == GzipInflater.signature else {
      beginning = first[...]
      return
    }
    do { inflater = try GzipInflater(beginning: first) } catch {
      throw CorpusError.unreadable(path: path, reason: error.reason)
    }
  }

  /// Passes over `count` bytes; returns how many there were.
  func skip(_ count: Int, cancellation: Cancellation) throws -> Int {
    if let length {
      let passed = min(count, max(0, length - offset))
      guard lseek(descriptor, passed, SEEK_CUR) >= 0 else {
        throw CorpusError.unreadable(path: path, reason: systemReason())
      }
      offset += passed
      return passed
    }
    var passed = 0
    while passed < count {
      let piece = min(count - passed, 1 << 20)
      let got = try read(piece, cancellation: cancellation).count
      passed += got
      if got < piece { break }
    }
    return passed
  }

  /// Waits until there is something to read, or the end.
  private func wait(cancellation: Cancellation) throws {
    guard isPipe else { return }
    while true {
      try cancellation.check()
      var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      let ready = unsafe poll(&request, 1, 100)
      if ready > 0 { return }
      guard ready == 0 || errno == EINTR else {
        throw CorpusError.unreadable(path: path, reason: systemReason())
      }
    }
  }
}
