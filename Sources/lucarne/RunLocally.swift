import ArgumentParser
import Glibc
import JSONRPC
import Kernel
import KernelProtocol
import Tensors

/// Does a job's work in this process, shows how far it is, and stops at Ctrl-C with what was done
/// kept.
///
/// - Parameters:
///   - line: how far it is, in a line for a terminal.
///   - params: what the job is given, once the kernel is there.
/// - Returns: the job's result.
/// - Throws: what would fail or pause the job; `ExitCode` where it was stopped.
func runLocally<Method: JobRequest, Outcome: Decodable>(
  _ method: Method.Type, _ options: KernelOptions, commitEntries: Int? = nil,
  line text: (Job.Progress) -> String, params: (LocalKernel) throws -> Method.Params
) throws -> Outcome {
  FreedMemory.keep()
  // A vision worker that ends is told of, and ends nobody else.
  StandardStreams.ignoreBrokenPipes()
  let stop = Interruption()
  let kernel = LocalKernel(options, commitEntries: commitEntries)
  var line = ProgressLine()
  let outcome: Outcome? = try kernel.run(
    method, params(kernel), report: { line.show(text($0)) },
    log: { writeLine($0, to: STDERR_FILENO) }, isStopped: { stop.isRequested })
  line.end()
  guard let outcome else {
    writeLine("stopped; run the same command again to resume", to: STDERR_FILENO)
    throw ExitCode(130)
  }
  return outcome
}
