import ArgumentParser
import Glibc
import JSONRPC
import Kernel
import Tensors
import World

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

  @Option(help: "A Hugging Face checkpoint folder, loaded on first use.")
  var model: String?

  @Option(name: .customLong("sae"), help: "An autoencoder folder; may be given several times.")
  var autoencoders: [String] = []

  @Option(help: "A feature index, opened on first use.")
  var index: String?

  @Option(help: "Bytes that contexts and requests may take beside the mapped weights.")
  var memoryLimit: Int?

  @Option(
    help: """
      Where weights made for "precision": "int8" are kept (default: $XDG_CACHE_HOME/lucarne or \
      ~/.cache/lucarne); "" keeps none.
      """)
  var cache: String?

  @Option(
    help: """
      Where jobs are kept so that they outlive the process (default: $XDG_STATE_HOME/lucarne/jobs or \
      ~/.local/state/lucarne/jobs); "" keeps them in memory.
      """)
  var jobs: String?

  @Option(help: "Threads of the numeric work (default: the machine's processors).")
  var threads: Int?

  @Option(name: .customLong("clientProcessId"), help: "End when the process with this id ends.")
  var clientProcess: Int?

  @Option(help: "What to log: debug, info, warning, error.")
  var log: LogLevel = .warning

  func validate() throws {
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads is \(threads), expected 1 to 1024")
    }
    if let memoryLimit, memoryLimit <= 0 {
      throw ValidationError("--memory-limit is \(memoryLimit), expected a positive number of bytes")
    }
  }

  func run() throws {
    FreedMemory.keep()
    guard let output = StandardStreams.claimOutput(), let termination = Termination() else {
      throw ExitCode(1)
    }
    StandardStreams.ignoreBrokenPipes()
    let handler = KernelHandler(
      KernelOptions(
        model: model.map(absolutePath), autoencoders: autoencoders.map(absolutePath),
        memoryLimit: memoryLimit, threads: threads ?? processorCount(), world: World(),
        cacheFolder: cacheFolder(cache), index: index.map(absolutePath), jobFolder: jobFolder(jobs),
        explainerKey: environment("LUCARNE_EXPLAINER_KEY"))
    )
    let lanes = Lanes()
    let level = log
    guard
      let connection = Connection(
        input: STDIN_FILENO, output: output, handler: handler, lanes: lanes,
        clientProcess: clientProcess.map(Int64.init),
        log: { lineLevel, text in
          if lineLevel >= level { writeLine("lucarne: \(lineLevel): \(text)", to: STDERR_FILENO) }
        })
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
