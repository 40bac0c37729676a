import Glibc
import Synchronization

/// Carries bytes between a client's streams and a server's socket, for clients that speak over
/// standard streams alone. It knows no message.
package final class BytePump: Sendable {
  private let input: Int32
  private let output: Int32
  private let socket: Int32
  private let clientProcess: Int64?
  /// Seconds that the input may be silent; nil: as long as it likes.
  private let patience: Double?
  /// Since when the input is waited for, in nanoseconds; 0 while it is not.
  private let waitingSince = Atomic<UInt64>(0)

  /// What `run` returns where the input was silent for too long.
  package static let silentCode: Int32 = 75

  /// - Parameters:
  ///   - input: what the client writes to.
  ///   - output: what the client reads from.
  ///   - socket: a connection to the server.
  ///   - clientProcess: a process whose end ends the pump.
  ///   - patience: seconds within which the other end of a line sends something: zero bytes, which
  ///     go no further, where it has nothing to say.
  package init(
    input: Int32, output: Int32, socket: Int32, clientProcess: Int64? = nil,
    patience: Double? = nil
  ) {
    self.patience = patience
    self.input = input
    self.output = output
    self.socket = socket
    self.clientProcess = clientProcess
  }

  /// Pumps until the server ends the session, or either side is gone.
  /// - Returns: the session's exit code: 0 after a `shutdown`, else 1, also
  ///   where the server vanished.
  package func run() -> Int32 {
    guard writeAll([PumpTrailer.greeting], to: socket) else { return 1 }
    Thread.start(name: "pump", stackBytes: 1 << 20) { [self] in pumpInput() }
    let parent = clientProcess.flatMap(ParentWatch.init(processID:))
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    var trailer = PumpTrailer()
    while true {
      let (hasOutput, isClientGone) = wait(timeout: parent == nil && patience == nil ? -1 : 1000)
      if isSilent { return Self.silentCode }
      if isClientGone || parent?.isAlive == false { return 1 }
      guard hasOutput else { continue }
      let count = unsafe read(socket, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return trailer.code ?? 1 }
      guard writeAll(trailer.push(buffer[..<count]), to: output) else { return 1 }
    }
  }

  /// Ends the pump from another thread.
  package func stop() { shutdown(socket, Int32(SHUT_RDWR)) }

  /// The client's end of input is the server's; what it still answers is waited for.
  private func pumpInput() {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      waitingSince.store(Self.now, ordering: .releasing)
      let count = unsafe read(input, &buffer, buffer.count)
      waitingSince.store(0, ordering: .releasing)
      if count < 0, errno == EINTR { continue }
      if count < 0, errno == EAGAIN {
        var ready = pollfd(fd: input, events: Int16(POLLIN), revents: 0)
        _ = unsafe poll(&ready, 1, -1)
        continue
      }
      guard count > 0 else { break }
      // No message holds a zero byte.
      let bytes = patience == nil ? buffer[..<count] : buffer[..<count].filter { $0 != 0 }[...]
      guard writeAll(bytes, to: socket) else { break }
    }
    shutdown(socket, Int32(SHUT_WR))
  }

  private var isSilent: Bool {
    guard let patience else { return false }
    let since = waitingSince.load(ordering: .acquiring)
    return since > 0 && Double(Self.now - since) > patience * 1e9
  }

  private static var now: UInt64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  private func wait(timeout: Int32) -> (hasOutput: Bool, isClientGone: Bool) {
    var descriptors = [
      pollfd(fd: socket, events: Int16(POLLIN), revents: 0),
      // Asked only whether anybody still reads it.
      pollfd(fd: output, events: 0, revents: 0),
    ]
    guard unsafe poll(&descriptors, 2, timeout) > 0 else { return (false, false) }
    return (
      descriptors[0].revents != 0,
      Int32(descriptors[1].revents) & (POLLERR | POLLHUP | POLLNVAL) != 0
    )
  }
}
