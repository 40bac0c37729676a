import Glibc
import JSONRPC

/// Carries messages between a page and its session of the kernel: frames of a WebSocket on one
/// side, `Content-Length` on the other. It knows no message.
///
/// Back pressure is the sockets': each side is read only while nothing waits for the other, so that
/// one message a direction is held at most. One thread, which waits for both.
final class KernelRelay {
  /// Bytes of a message to the kernel, its own bound.
  static let longestMessage = FramingLimits().body
  /// Bytes of a message from the kernel: more than it keeps for a client that does not read.
  private static let longestAnswer = 256 << 20
  /// Seconds in which a page must take something of what waits for it.
  private static let patience = 300.0
  /// Seconds that a closing may take once all is written.
  private static let closingTime = 5.0

  private let browser: Int32
  private let kernel: Int32
  private let wake: WakePipe
  private let listener: () -> Int?
  /// The kernel's process.
  private let process: Int?

  private var parser = WebSocketParser(limit: longestMessage)
  private var frames = FrameParser(
    limits: FramingLimits(body: longestAnswer), framing: .headers)
  private var trailer = PumpTrailer()
  private var toKernel = Outgoing()
  private var toBrowser = Outgoing()
  /// The answer to the newest ping: to those before it nobody need answer.
  private var pong: [UInt8]?
  private var isClosing = false
  private var isBrowserDone = false
  /// Since when the page has taken nothing of what waits for it.
  private var blockedSince: ContinuousClock.Instant?
  /// Whether the kernel has had to wait for the page since it had nothing more to say.
  private var hasWaited = false
  /// Since when all is written, the closing frame included.
  private var writtenSince: ContinuousClock.Instant?
  private var buffer = [UInt8](repeating: 0, count: 1 << 16)

  /// - Parameters:
  ///   - browser: an open WebSocket; the caller closes it.
  ///   - kernel: a connection to the kernel, which is closed with the session.
  ///   - wake: ends the session by `stop`.
  ///   - listener: the process that takes new clients in, and goes on doing so: one that was killed
  ///     loses its clients a moment before the socket that it listens at.
  init(browser: Int32, kernel: Int32, wake: WakePipe, listener: @escaping () -> Int?) {
    (self.browser, self.kernel, self.wake, self.listener) = (browser, kernel, wake, listener)
    process = PeerCredentials(of: kernel)?.process
    _ = fcntl(kernel, F_SETFL, O_NONBLOCK)
    toKernel.add([PumpTrailer.greeting])
  }

  /// Carries until either side is gone, with the closing frame where one can be sent.
  /// - Parameter early: what the browser sent with its request.
  func run(early: [UInt8]) {
    defer { if !isClosing { endKernel() } }
    take(early[...])
    while !isOver() {
      var descriptors = [
        pollfd(fd: wake.input, events: Int16(POLLIN), revents: 0),
        pollfd(fd: browser, events: browserEvents, revents: 0),
        // A negative descriptor is passed over: without one, the kernel's end would be told of for
        // as long as the page does not read.
        pollfd(fd: isClosing || kernelEvents == 0 ? -1 : kernel, events: kernelEvents, revents: 0),
      ]
      guard unsafe poll(&descriptors, 3, 1000) >= 0 || errno == EINTR else { return }
      let events = descriptors.map { Int32($0.revents) }
      if wake.take().contains(.stop) { close(with: .serverEnds) }
      guard serveBrowser(events[1]) else { return }
      if !isClosing { serveKernel(events[2]) }
      guard flush() else { return }
    }
  }

  private func isOver() -> Bool {
    if let blockedSince, seconds(since: blockedSince) > Self.patience { return true }
    guard isClosing, toBrowser.isEmpty else { return false }
    if isBrowserDone { return true }
    guard let since = writtenSince else {
      // The browser's own end is waited for: closing now could take back what it has not read.
      shutdown(browser, Int32(SHUT_WR))
      writtenSince = .now
      return false
    }
    return seconds(since: since) > Self.closingTime
  }

  // MARK: The browser

  private var browserEvents: Int16 {
    let reads = isClosing || toKernel.isEmpty ? POLLIN : Self.hungUp
    return Int16(reads | (toBrowser.isEmpty && pong == nil ? 0 : POLLOUT))
  }

  /// `POLLRDHUP`, which Glibc's header shows to GNU programs alone.
  private static let hungUp: Int32 = 0x2000

  /// - Returns: false where the browser is gone.
  private func serveBrowser(_ events: Int32) -> Bool {
    if events & (POLLERR | POLLNVAL | Self.hungUp) != 0 { return false }
    guard events & (POLLIN | POLLHUP) != 0 else { return true }
    let count = unsafe read(browser, &buffer, buffer.count)
    if count < 0 { return errno == EAGAIN || errno == EINTR }
    guard count > 0 else { return false }
    // What comes after our closing frame is let go; its own closing frame ends the wait.
    take(buffer[..<count])
    return true
  }

  private func take(_ bytes: ArraySlice<UInt8>) {
    for event in parser.push(bytes) {
      switch event {
      case .message(let body):
        guard !isClosing else { continue }
        toKernel.add(Array("Content-Length: \(body.count)\r\n\r\n".utf8))
        toKernel.add(body)
      case .ping(let body): pong = isClosing ? nil : WebSocketFrames.pong(body)
      case .close(let code):
        isBrowserDone = true
        close(with: CloseReason(code: code == 1005 ? 1000 : code, ""))
      case .failed(let reason): close(with: reason)
      }
    }
  }

  /// - Returns: false where the browser is gone.
  private func flush() -> Bool {
    if toBrowser.isEmpty, let answer = pong {
      toBrowser.add(answer)
      pong = nil
    }
    guard !toBrowser.isEmpty else { return true }
    switch toBrowser.send(to: browser) {
    case .gone: return false
    case .taken: blockedSince = nil
    case .blocked:
      blockedSince = blockedSince ?? .now
      hasWaited = true
    }
    return true
  }

  // MARK: The kernel

  private var kernelEvents: Int16 {
    Int16((toBrowser.isEmpty ? POLLIN : 0) | (toKernel.isEmpty ? 0 : POLLOUT))
  }

  private func serveKernel(_ events: Int32) {
    if events & POLLOUT != 0, case .gone = toKernel.send(to: kernel) {
      // What it said before it went is still to be read.
      toKernel.clear()
    }
    guard toBrowser.isEmpty else { return }
    guard events & (POLLIN | POLLHUP | POLLERR) != 0 else {
      hasWaited = false
      return
    }
    let count = unsafe read(kernel, &buffer, buffer.count)
    if count < 0, errno == EAGAIN || errno == EINTR { return }
    guard count > 0 else { return close(with: kernelEnd) }
    for event in frames.push(trailer.push(buffer[..<count])) {
      switch event {
      case .body(let body): toBrowser.add(WebSocketFrames.text(body))
      case .rejected, .oversized, .fatal:
        return close(with: CloseReason(code: 1011, "what the kernel sent cannot be carried"))
      }
    }
  }

  /// Why the kernel closed its end: it gives no reason itself.
  private var kernelEnd: CloseReason {
    guard listener() == process else { return .kernelEnded }
    if trailer.code == 0 { return .done }
    if hasWaited { return .unread }
    return trailer.code == nil ? .noRoom : .done
  }

  // MARK: The end

  private func close(with reason: CloseReason) {
    guard !isClosing else { return }
    isClosing = true
    endKernel()
    pong = nil
    toBrowser.add(WebSocketFrames.close(reason))
  }

  /// The kernel then cancels what runs for the page and closes its contexts.
  private func endKernel() {
    toKernel.clear()
    shutdown(kernel, Int32(SHUT_RDWR))
    Glibc.close(kernel)
  }

  private func seconds(since start: ContinuousClock.Instant) -> Double {
    (ContinuousClock.now - start) / .seconds(1)
  }
}
