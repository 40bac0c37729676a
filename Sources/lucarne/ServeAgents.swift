import Agents
import ArgumentParser
import Glibc
import JSONRPC
import Kernel
import Tensors
import World

/// A kernel with a server of the Model Context Protocol before it, on standard input and output.
struct ServeAgents: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mcp",
    abstract: "Serve agents over the Model Context Protocol on standard input and output.",
    discussion: """
      Reads one message per line and exits at the end of input. Supports protocol revisions \
      2024-11-05 to \
      2025-11-25, which begin with initialize, and 2026-07-28, which does not. Logs go to standard \
      error.
      """)

  @OptionGroup var kernel: KernelArguments

  @Option(
    help: """
      A concept set to score explanations on: a JSON list of concepts, beside pictures with masks \
      (default: \
      the one that ships, for the model that ships).
      """)
  var concepts: String?

  @Option(help: "Seconds to wait for a call before answering with a job id instead.")
  var patience: Double = 10

  func validate() throws {
    guard patience >= 0, patience <= 86_400 else {
      throw ValidationError("--patience is \(patience), expected 0 to 86400 seconds")
    }
  }

  func run() throws {
    FreedMemory.keep()
    guard let output = StandardStreams.claimOutput(), let termination = Termination() else {
      throw ExitCode(1)
    }
    StandardStreams.ignoreBrokenPipes()
    let handler = KernelHandler(try kernel.options())
    guard let link = startKernel(handler),
      let server = AgentServer(
        input: STDIN_FILENO, output: output, kernel: link, options: options, log: kernel.writeLog)
    else { throw ExitCode(1) }
    termination.whenAsked { server.stop() }
    let code = server.run()
    handler.stopJobs(waiting: 1)
    // Threads may still be computing for calls that nobody waits for.
    _exit(code)
  }

  private var options: AgentOptions {
    var known = concepts.map(absolutePath)
    if known == nil, kernel.model == nil { known = World(in: worldPlaces())?.concepts }
    return AgentOptions(version: KernelVersion.current, concepts: known, patience: patience)
  }

  /// Serves one connection inside the process.
  /// - Returns: the client's side of it; nil where the process has no descriptor left.
  private func startKernel(_ handler: KernelHandler) -> KernelLink? {
    guard let toKernel = pipeEnds(), let fromKernel = pipeEnds() else { return nil }
    let lanes = Lanes()
    guard
      let connection = Connection(
        input: toKernel.reading, output: fromKernel.writing, handler: handler, lanes: lanes,
        log: kernel.writeLog)
    else { return nil }
    handler.runJobs(on: lanes.engine)
    Thread.start(name: "kernel") { _ = handler.serve(connection) }
    return KernelLink(input: fromKernel.reading, output: toKernel.writing)
  }

  private func pipeEnds() -> (reading: Int32, writing: Int32)? {
    var ends: [Int32] = [-1, -1]
    guard unsafe pipe(&ends) == 0 else { return nil }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return (ends[0], ends[1])
  }
}
