import ArgumentParser
import Glibc
import JSONRPC
import Kernel
import LanguageServer
import Tensors

/// The kernel on standard input and output, or at a socket that many clients share.
struct Serve: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Answer JSON-RPC requests on standard input and output, or at a socket.",
    discussion: """
      Messages have Content-Length headers, like those of a language server. If the first byte of \
      the \
      input is "{", each line is one message, and so is each answer. Editors can open prompt files \
      (*.lucarne) through their language client. Logs go to standard error. The key for an \
      explainer's \
      server is read from the environment variable LUCARNE_EXPLAINER_KEY.

      With --listen, one kernel serves many clients at a Unix-domain socket that only its user can \
      reach; "lucarne attach" connects a client's standard streams to it.
      """)

  @Flag(help: "Accepted because many editors pass it; has no effect.")
  var stdio = false

  @OptionGroup var kernel: KernelArguments

  @Option(name: .customLong("clientProcessId"), help: "Exit when the process with this id exits.")
  var clientProcess: Int?

  @Option(
    help: """
      Serve many clients at this Unix-domain socket, in a folder that only you can write to.
      """)
  var listen: String?

  @Option(
    help: "With --listen: exit after this many seconds without a client or a running job.")
  var idleExit: Double?

  @Option(help: .hidden)
  var lockDescriptor: Int32?

  func validate() throws {
    if let idleExit {
      guard listen != nil else { throw ValidationError("--idle-exit needs --listen") }
      guard idleExit >= 0, idleExit <= 1e8 else {
        throw ValidationError("--idle-exit is \(idleExit), expected 0 to 100000000 seconds")
      }
    }
    if listen != nil, stdio || clientProcess != nil {
      throw ValidationError("--listen cannot be combined with --stdio or --clientProcessId")
    }
  }

  func run() throws {
    FreedMemory.keep()
    if let listen { try serve(at: absolutePath(listen)) } else { try serveStandardStreams() }
  }

  private func serveStandardStreams() throws {
    guard let output = StandardStreams.claimOutput(), let termination = Termination() else {
      throw ExitCode(1)
    }
    StandardStreams.ignoreBrokenPipes()
    let handler = KernelHandler(try kernel.options())
    let server = LanguageServer(handler)
    let lanes = Lanes()
    guard
      let connection = Connection(
        input: STDIN_FILENO, output: output, handler: server, lanes: lanes,
        clientProcess: clientProcess.map(Int64.init), log: kernel.writeLog)
    else { throw ExitCode(1) }
    server.attach(connection)
    handler.runJobs(on: lanes.engine)
    termination.whenAsked { connection.stop() }
    let code = handler.serve(connection)
    handler.stopJobs(waiting: 5)
    // Threads may still be computing for requests that nobody waits for.
    _exit(code)
  }

  private func serve(at path: String) throws {
    guard let termination = Termination(endsOnInterrupt: true) else { throw ExitCode(1) }
    StandardStreams.ignoreBrokenPipes()
    ProcessLimits.raiseDescriptors()
    let socket: ListeningSocket
    do throws(SocketError) {
      let lock = lockDescriptor.map { SocketLock(descriptor: $0) }
      socket = try ListeningSocket(SocketAddress(path: path), lock: lock)
    } catch {
      writeLine("lucarne: \(error)", to: STDERR_FILENO)
      throw ExitCode(1)
    }
    var options = try kernel.options()
    options.isShared = true
    let handler = KernelHandler(options)
    let lanes = Lanes()
    let server = KernelServer(
      handler, session: { LanguageServer($0) }, lanes: lanes, socket: socket,
      options: .init(idleExit: idleExit),
      log: kernel.writeLog)
    guard let server else { throw ExitCode(1) }
    handler.runJobs(on: lanes.engine)
    termination.whenAsked { server.stop() }
    server.run()
    handler.stopJobs(waiting: 5)
    _exit(0)
  }
}
