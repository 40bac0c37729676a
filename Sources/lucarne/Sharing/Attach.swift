import ArgumentParser
import Glibc
import JSONRPC
import Kernel
import RemoteKernels

/// A client's standard streams, carried to a kernel that listens at a socket, of this machine or of
/// another that ssh reaches.
struct Attach: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Connect standard input and output to a shared kernel, here or over ssh.",
    discussion: """
      To a client it behaves like "lucarne serve", down to the exit code (0 after a "shutdown"). \
      With --spawn, a kernel is started if none listens at the socket yet. Options after "--" are \
      passed to it as to "serve", and its log goes to a file beside the socket. For example:

      lucarne attach --spawn $XDG_RUNTIME_DIR/lucarne/kernel.sock -- --model /models/llava \
      --idle-exit 600

      With --ssh, the kernel is one of another machine, which has lucarne, too; it is started \
      there if none listens, and ends an hour after its last client unless --idle-exit says \
      otherwise. Paths are that machine's, but for the pictures of prompts and prompt files: \
      those that are files of this machine are sent. For example:

      lucarne attach --ssh gpu7 -- --model /models/llava

      It then exits with 69 if the machine cannot be reached, 75 if the line is lost, 76 if what \
      answers is of another version or no lucarne, 127 if there is no lucarne.
      """)

  @Flag(help: "Start a kernel if none listens at the socket.")
  var spawn = false

  @Option(
    name: .customLong("ssh"),
    help: ArgumentHelp(
      "Reach the kernel at this host by ssh, which must not ask for anything.", valueName: "host"))
  var host: String?

  @Option(
    name: .customLong("ssh-option"),
    help: "With --ssh: an option of ssh (-o), such as Port=2222; can be repeated.")
  var sshOptions: [String] = []

  @Option(
    help: """
      With --ssh: the command there, a name or a path, which starts from the home directory if it \
      is relative (default: lucarne).
      """)
  var remoteProgram: String?

  @Option(
    help: """
      With --ssh: seconds within which a kernel there must have been reached or started \
      (default: 90).
      """)
  var patience: Double?

  @Flag(help: "Accepted because many editors pass it; has no effect.")
  var stdio = false

  @Option(name: .customLong("clientProcessId"), help: "Exit when the process with this id exits.")
  var clientProcess: Int?

  @Flag(help: .hidden)
  var overSsh = false

  /// Seconds without a sign of life after which the end of a line takes the other for dead.
  @Option(help: .hidden)
  var silence = 60.0

  @Argument(
    help: """
      The socket that the kernel listens at (default: $XDG_RUNTIME_DIR/lucarne/kernel.sock or \
      /tmp/lucarne-UID/kernel.sock).
      """)
  var path: String?

  @Argument(
    parsing: .postTerminator,
    help: """
      Options of "lucarne serve" for a kernel started by --spawn or --ssh.
      """)
  var options: [String] = []

  func validate() throws {
    if !spawn, host == nil, !options.isEmpty {
      throw ValidationError(
        "options after -- are for a kernel that --spawn or --ssh starts: add one of them")
    }
    if host == nil, !sshOptions.isEmpty || remoteProgram != nil || patience != nil {
      throw ValidationError("--ssh-option, --remote-program and --patience need --ssh")
    }
    if let problem = remote?.problem { throw ValidationError(problem) }
  }

  func run() throws {
    if let remote { try attach(to: remote) }
    let socket: Int32
    do throws(SocketError) {
      let address = try SocketAddress(path: path.map(absolutePath) ?? usualSocket())
      socket =
        try spawn
        ? ServerStart(address, options: kernelOptions).connect() : Self.connect(address)
    } catch {
      writeLine("lucarne: \(error)", to: STDERR_FILENO)
      throw ExitCode(1)
    }
    StandardStreams.ignoreBrokenPipes()
    // A kernel that it started may end before it: the system shall see to that.
    signal(SIGCHLD, SIG_IGN)
    guard let termination = Termination() else { throw ExitCode(1) }
    if overSsh { writeText(Self.greeting.line, to: STDOUT_FILENO) }
    let pump = BytePump(
      input: STDIN_FILENO, output: STDOUT_FILENO, socket: socket,
      clientProcess: clientProcess.map(Int64.init), patience: overSsh ? silence : nil)
    termination.whenAsked { pump.stop() }
    _exit(pump.run())
  }

  private static let greeting = Greeting(version: KernelVersion.current, wire: KernelVersion.wire)

  /// Of a kernel that somebody far away started somebody has to think of ending it.
  private var kernelOptions: [String] {
    let isSaid = options.contains { $0 == "--idle-exit" || $0.hasPrefix("--idle-exit=") }
    return overSsh && !isSaid ? options + ["--idle-exit", "3600"] : options
  }

  // MARK: Another machine

  private var remote: RemoteHost? {
    guard let host else { return nil }
    return RemoteHost(
      name: host, sshOptions: sshOptions, program: remoteProgram ?? "lucarne", socket: path,
      kernelOptions: options, patience: patience ?? 90)
  }

  private func attach(to remote: RemoteHost) throws -> Never {
    guard let ssh = program(named: "ssh") else {
      writeLine("lucarne: there is no program ssh on the PATH of this machine", to: STDERR_FILENO)
      throw ExitCode(1)
    }
    StandardStreams.ignoreBrokenPipes()
    // Whoever started this may ignore it, and how ssh ends would be lost.
    signal(SIGCHLD, SIG_DFL)
    guard let termination = Termination() else { throw ExitCode(1) }
    let line = RemoteAttach(remote, own: Self.greeting) { writeLine($0, to: STDERR_FILENO) }
    termination.whenAsked {
      line.stop()
      // Of a client that does not read nobody knows when it will.
      Thread.sleep(milliseconds: 5000)
      _exit(1)
    }
    do throws(ChildError) {
      _exit(
        try line.run(
          ssh: ssh, input: STDIN_FILENO, output: STDOUT_FILENO,
          clientProcess: clientProcess.map(Int64.init)))
    } catch {
      writeLine("lucarne: \(ssh) cannot be started: \(error)", to: STDERR_FILENO)
      throw ExitCode(1)
    }
  }

  // MARK: This machine

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
