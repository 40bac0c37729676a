import ArgumentParser
import Glibc
import JSONRPC
import Kernel
import Tensors

/// The kernel on standard input and output, or at a socket that many clients share.
struct Serve: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Answer JSON-RPC requests on standard input and output, or at a socket.",
    discussion: """
      Messages have Content-Length headers, as a language server's do; a stream whose first byte is \
      "{" is read as one message a line, and answered so. Language clients are served, too: they open \
      prompt files (*.lucarne). Logs go to standard error. Explainers that ask \
      for a key are asked with that of the environment's LUCARNE_EXPLAINER_KEY.

      With --listen one kernel serves many clients at a Unix-domain socket that its user alone can \
      reach; "lucarne attach" carries a client's standard streams there.
      """)

  @Flag(help: "Accepted for editors that always give it; it is what serve does without --listen.")
  var stdio = false

  @OptionGroup var kernel: KernelArguments

  @Option(name: .customLong("clientProcessId"), help: "End when the process with this id ends.")
  var clientProcess: Int?

  @Option(help: "Listen at this socket, in a folder of the user's own, for many clients.")
  var listen: String?

  @Option(
    help: "With --listen: end when no client is connected and no job runs for so many seconds.")
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
      throw ValidationError("--listen serves many clients: not --stdio or --clientProcessId")
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
    let handler = KernelHandler(kernel.options())
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
    var options = kernel.options()
    options.isShared = true
    let handler = KernelHandler(options)
    let lanes = Lanes()
    let server = KernelServer(
      handler, lanes: lanes, socket: socket, options: .init(idleExit: idleExit),
      log: kernel.writeLog)
    guard let server else { throw ExitCode(1) }
    handler.runJobs(on: lanes.engine)
    termination.whenAsked { server.stop() }
    server.run()
    handler.stopJobs(waiting: 5)
    _exit(0)
  }
}
