import Glibc

/// Bytes that wait until a socket takes them.
struct Outgoing {
  enum Outcome {
    /// Something was taken, or there was nothing.
    case taken
    /// The other side takes nothing at the moment.
    case blocked
    /// The other side is gone.
    case gone
  }

  private var bytes: [UInt8] = []
  private var start = 0

  var isEmpty: Bool { start == bytes.count }

  mutating func add(_ more: [UInt8]) {
    if isEmpty {
      (bytes, start) = (more, 0)
    } else {
      bytes += more
    }
  }

  mutating func clear() { (bytes, start) = ([], 0) }

  /// Gives the socket what it takes at once.
  mutating func send(to descriptor: Int32) -> Outcome {
    guard !isEmpty else { return .taken }
    let count = unsafe bytes.withUnsafeBytes { buffer in
      unsafe Glibc.send(
        descriptor, buffer.baseAddress?.advanced(by: start), buffer.count - start,
        Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
    }
    guard count > 0 else {
      return errno == EAGAIN || errno == EINTR ? .blocked : .gone
    }
    start += count
    if isEmpty { clear() }
    return .taken
  }
}
