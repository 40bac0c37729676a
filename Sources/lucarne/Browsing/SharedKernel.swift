import Glibc
import JSONRPC

/// The kernel behind the pages of one `lucarne ui`: found at its socket, or started there, and
/// started again when it has died.
///
/// It is held by a connection of its own, so that it does not leave while no page is open. One that
/// was started here leaves by itself, by `--idle-exit`, should this process be killed.
final class SharedKernel: Sendable {
  /// Seconds after which a kernel of ours leaves when everybody has gone.
  private static let idleExit = "10"
  /// Milliseconds in which a process that was killed has let go of its sockets.
  private static let goingTime: Int32 = 1000

  private let address: SocketAddress
  private let options: [String]
  /// Whether the kernel was started for this process.
  let isOurs: Bool
  /// Starting is for one page at a time, and the others wait for it.
  private let keeper: Monitor<KernelKeeper>

  init(_ address: SocketAddress, options: [String]) throws(SocketError) {
    self.address = address
    self.options =
      options.contains { $0 == "--idle-exit" || $0.hasPrefix("--idle-exit=") }
      ? options : options + ["--idle-exit", Self.idleExit]
    let descriptor = try ServerStart(address, options: self.options).connect()
    let keeper = KernelKeeper(descriptor)
    isOurs = keeper.isOurs
    self.keeper = Monitor(keeper)
  }

  /// A new connection to the kernel.
  /// - Throws: `nobodyListens` where it has died and was somebody else's, too.
  func connect() throws(SocketError) -> Int32 {
    guard isOurs else { return try address.connect() }
    return try keeper.update { keeper throws(SocketError) in
      do throws(SocketError) {
        return try address.connect()
      } catch .nobodyListens {
        let descriptor = try ServerStart(address, options: options).connect()
        keeper = KernelKeeper(descriptor)
      } catch { throw error }
      return try address.connect()
    }
  }

  /// The process that listens at the socket; nil where none does, or only one that is about to go:
  /// one that was killed in the midst of much work lets go of its sockets one after the other, and
  /// for that long still seems to take clients in. Answers within `goingTime`.
  var process: Int? {
    guard let descriptor = try? address.connect() else { return nil }
    defer { close(descriptor) }
    let process = PeerCredentials(of: descriptor)?.process
    var question = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    guard unsafe poll(&question, 1, Self.goingTime) > 0 else { return process }
    // One that has no room says so before it closes; a dead one says nothing.
    var byte: UInt8 = 0
    return unsafe recv(descriptor, &byte, 1, Int32(MSG_DONTWAIT)) > 0 ? process : nil
  }

  /// Ends a kernel of ours that nobody else uses, once the pages have gone.
  /// - Returns: who else uses it, where it goes on.
  func end() -> String? { keeper.read { $0 }.end() }
}
