import ArgumentParser
import Glibc
import JSONRPC

/// A client's standard streams, carried to a kernel that listens at a socket.
struct Attach: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Connect standard input and output to a shared kernel.",
    discussion: """
      To a client it behaves like "lucarne serve", down to the exit code (0 after a "shutdown"). \
      With --spawn, \
      a kernel is started if none listens at the socket yet. Options after "--" are passed to it \
      as to \
      "serve", and its log goes to a file beside the socket. For example:

      lucarne attach --spawn $XDG_RUNTIME_DIR/lucarne/kernel.sock -- --model /models/llava \
      --idle-exit 600
      """)

  @Flag(help: "Start a kernel if none listens at the socket.")
  var spawn = false

  @Flag(help: "Accepted because many editors pass it; has no effect.")
  var stdio = false

  @Option(name: .customLong("clientProcessId"), help: "Exit when the process with this id exits.")
  var clientProcess: Int?

  @Argument(help: "The socket that the kernel listens at.")
  var path: String

  @Argument(
    parsing: .postTerminator,
    help: """
      Options of "lucarne serve" for a kernel started by --spawn.
      """)
  var options: [String] = []

  func validate() throws {
    if !spawn, !options.isEmpty {
      throw ValidationError("options after -- are for a kernel that --spawn starts: add --spawn")
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
