import Glibc
import SystemReasons
import Tensors

/// Bytes of a file or a pipe, in order. Waiting for a pipe ends with the wish for its bytes.
final class ByteStream {
  /// What it is called in messages.
  let path: String
  /// The bytes that were read or passed over.
  private(set) var offset = 0
  /// The file's length; nil for a pipe.
  let length: Int?
  private let descriptor: Int32
  private let owns: Bool

  /// Opens a regular file or a named pipe, without waiting for a pipe's writer.
  init(path: String) throws(InterpretationError) {
    guard !path.utf8.contains(0) else {
      throw .badCorpus(path: path, reason: "the path contains a zero byte")
    }
    let descriptor = unsafe open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { throw .badCorpus(path: path, reason: systemReason()) }
    guard let kind = Self.kind(of: descriptor), kind.mode == S_IFREG || kind.mode == S_IFIFO else {
      close(descriptor)
      throw .badCorpus(path: path, reason: "it is neither a file nor a pipe")
    }
    self.path = absolutePath(path)
    self.descriptor = descriptor
    owns = true
    length = kind.mode == S_IFREG ? kind.size : nil
  }

  /// Reads from an open descriptor, which stays open, and only forwards.
  init(descriptor: Int32) {
    path = descriptor == STDIN_FILENO ? "standard input" : "descriptor \(descriptor)"
    self.descriptor = descriptor
    owns = false
    length = nil
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
    while filled < count {
      try wait(cancellation: cancellation)
      let got = unsafe bytes.withUnsafeMutableBytes { buffer in
        let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
        return unsafe Glibc.read(descriptor, rest.baseAddress, rest.count)
      }
      if got < 0, errno == EINTR || errno == EAGAIN { continue }
      guard got >= 0 else {
        throw InterpretationError.badCorpus(path: path, reason: systemReason())
      }
      if got == 0 { break }
      filled += got
    }
    offset += filled
    bytes.removeLast(count - filled)
    return bytes
  }

  /// Passes over `count` bytes; returns how many there were.
  func skip(_ count: Int, cancellation: Cancellation) throws -> Int {
    if let length {
      let passed = min(count, max(0, length - offset))
      guard lseek(descriptor, passed, SEEK_CUR) >= 0 else {
        throw InterpretationError.badCorpus(path: path, reason: systemReason())
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
    if length != nil { return }
    while true {
      try cancellation.check()
      var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      let ready = unsafe poll(&request, 1, 100)
      if ready > 0 { return }
      guard ready == 0 || errno == EINTR else {
        throw InterpretationError.badCorpus(path: path, reason: systemReason())
      }
    }
  }
}
