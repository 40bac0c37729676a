import ArgumentParser
import Glibc
import JSONRPC
import Kernel
import Tensors

/// The kernel on standard input and output.
struct Serve: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Answer JSON-RPC requests on standard input and output.",
    discussion: """
      Messages have Content-Length headers, as a language server's do; a stream whose first byte is \
      "{" is read as one message a line, and answered so. Logs go to standard error. Explainers that ask \
      for a key are asked with that of the environment's LUCARNE_EXPLAINER_KEY.
      """)

  @Flag(help: "Accepted for editors that always give it; it is the only way to talk to the kernel.")
  var stdio = false

  @OptionGroup var kernel: KernelArguments

  @Option(name: .customLong("clientProcessId"), help: "End when the process with this id ends.")
  var clientProcess: Int?

  func run() throws {
    FreedMemory.keep()
    guard let output = StandardStreams.claimOutput(), let termination = Termination() else {
      throw ExitCode(1)
    }
    StandardStreams.ignoreBrokenPipes()
    let handler = KernelHandler(kernel.options())
    let lanes = Lanes()
    guard
      let connection = Connection(
        input: STDIN_FILENO, output: output, handler: handler, lanes: lanes,
        clientProcess: clientProcess.map(Int64.init), log: kernel.writeLog)
    else { throw ExitCode(1) }
    handler.countWaiting { connection.waitingCount }
    handler.runJobs(on: lanes.engine)
    handler.tellJobs { connection.notify($0, $1, replacing: $2) }
    termination.whenAsked { connection.stop() }
    let code = connection.run()
    handler.stopJobs(waiting: 5)
    // Threads may still be computing for requests that nobody waits for.
    _exit(code)
  }
}
