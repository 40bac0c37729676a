import Glibc

/// Reads the one request of a connection and writes its answer, each within a time.
struct HTTPExchange {
  /// Seconds that a browser may take for its request, and again for the answer.
  static let patience = 10.0

  let descriptor: Int32

  /// What came of waiting for a request.
  enum Arrival {
    /// The head, and what was read behind it.
    case head(RequestHead, rest: [UInt8])
    case refused(Response)
    case gone
  }

  func request() -> Arrival {
    let end = ContinuousClock.now + .seconds(Self.patience)
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      if let length = Self.headLength(bytes) {
        do throws(RequestHead.Malformed) {
          return .head(try RequestHead(bytes[..<length]), rest: Array(bytes[length...]))
        } catch { return .refused(Self.refusal(of: error)) }
      }
      guard bytes.count < RequestHead.limit else { return .refused(Self.refusal(of: .tooLong)) }
      guard Self.wait(for: POLLIN, at: descriptor, until: end) else {
        return bytes.isEmpty
          ? .gone : .refused(Response(.timeout, text: "The request did not come in time."))
      }
      let room = min(buffer.count, RequestHead.limit - bytes.count)
      let count = unsafe read(descriptor, &buffer, room)
      if count < 0, errno == EINTR || errno == EAGAIN { continue }
      guard count > 0 else { return .gone }
      bytes += buffer[..<count]
    }
  }

  /// Writes all, as far as the browser takes it in time.
  @discardableResult
  func send(_ bytes: [UInt8]) -> Bool {
    let end = ContinuousClock.now + .seconds(Self.patience)
    var outgoing = Outgoing()
    outgoing.add(bytes)
    while !outgoing.isEmpty {
      switch outgoing.send(to: descriptor) {
      case .taken: continue
      case .gone: return false
      case .blocked:
        guard Self.wait(for: POLLOUT, at: descriptor, until: end) else { return false }
      }
    }
    return true
  }

  /// Ends the connection so that the answer is not lost: what came unread would take it back.
  func finish() {
    shutdown(descriptor, Int32(SHUT_WR))
    let end = ContinuousClock.now + .seconds(1)
    var buffer = [UInt8](repeating: 0, count: 1 << 14)
    var left = 1 << 20
    while left > 0, Self.wait(for: POLLIN, at: descriptor, until: end) {
      let count = unsafe read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR || errno == EAGAIN { continue }
      guard count > 0 else { return }
      left -= count
    }
  }

  private static func headLength(_ bytes: [UInt8]) -> Int? {
    var ends = 0
    for (index, byte) in bytes.enumerated() {
      switch byte {
      case 0x0A: ends += 1
      case 0x0D: continue
      default: ends = 0
      }
      if ends == 2 { return index + 1 }
    }
    return nil
  }

  private static func refusal(of error: RequestHead.Malformed) -> Response {
    switch error {
    case .badRequest(let reason): Response(.badRequest, text: "Refused: \(reason).")
    case .tooLong: Response(.headTooLarge, text: "Refused: the request's head is too long.")
    case .version(let reason): Response(.version, text: "Refused: \(reason).")
    }
  }

  private static func wait(
    for events: Int32, at descriptor: Int32, until end: ContinuousClock.Instant
  ) -> Bool {
    while true {
      let left = (end - ContinuousClock.now) / .milliseconds(1)
      guard left > 0 else { return false }
      var question = pollfd(fd: descriptor, events: Int16(events), revents: 0)
      let count = unsafe poll(&question, 1, Int32(left.rounded(.up)))
      if count > 0 { return true }
      if count < 0, errno != EINTR { return false }
    }
  }
}
