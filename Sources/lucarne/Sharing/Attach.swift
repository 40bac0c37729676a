import ArgumentParser
import Glibc
import JSONRPC

/// A client's standard streams, carried to a kernel that listens at a socket.
struct Attach: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Carry standard input and output to a kernel that others share.",
    discussion: """
      To a client it is what "lucarne serve" is, exit codes included: 0 after a "shutdown". With --spawn a \
      kernel is started where none listens; what stands after "--" are its options, as of "serve", and \
      its log goes to a file beside the socket.

      lucarne attach --spawn $XDG_RUNTIME_DIR/lucarne/kernel.sock -- --model /models/llava --idle-exit 600
      """)

  @Flag(help: "Start a kernel where none listens.")
  var spawn = false

  @Flag(help: "Accepted for editors that always give it; it is the only way to attach.")
  var stdio = false

  @Option(name: .customLong("clientProcessId"), help: "End when the process with this id ends.")
  var clientProcess: Int?

  @Argument(help: "The socket that the kernel listens at.")
  var path: String

  @Argument(parsing: .postTerminator, help: "Options of serve for a kernel that is started.")
  var options: [String] = []

  func validate() throws {
    if !spawn, !options.isEmpty {
      throw ValidationError("options of serve are for a kernel that is started: give --spawn")
    }
  }

  func run() throws {
    let socket: Int32
    do throws(SocketError) {
      let address = try SocketAddress(path: absolutePath(path))
      socket = try spawn ? ServerStart(address, options: options).connect() : Self.connect(address)
    } catch {
      writeLine("lucarne: \(error)", to: STDERR_FILENO)
      throw ExitCode(1)
    }
    StandardStreams.ignoreBrokenPipes()
    // A kernel that it started may end before it: the system shall see to that.
    signal(SIGCHLD, SIG_IGN)
    guard let termination = Termination() else { throw ExitCode(1) }
    let pump = BytePump(
      input: STDIN_FILENO, output: STDOUT_FILENO, socket: socket,
      clientProcess: clientProcess.map(Int64.init))
    termination.whenAsked { pump.stop() }
    _exit(pump.run())
  }

  /// Connects, and takes away a socket that was left behind.
  private static func connect(_ address: SocketAddress) throws(SocketError) -> Int32 {
    do throws(SocketError) {
      return try address.connect()
    } catch .nobodyListens(let path) {
      if unsafe access(path, F_OK) == 0, let lock = try SocketLock.take(address) {
        try ListeningSocket.removeLeftover(address)
        withExtendedLifetime(lock) {}
      }
      throw .nobodyListens(path: path)
    } catch { throw error }
  }
}
