import Glibc
package import JSONRPC

/// A client's standard streams, carried to a kernel on another machine by the user's own ssh.
package final class RemoteAttach: Sendable {
  private let host: RemoteHost
  private let own: Greeting
  private let log: @Sendable (String) -> Void

  private struct State {
    var relay: RemoteRelay?
    var isStopping = false
  }

  private let state = Monitor(State())
  /// Of what the other end said; a command's refusal with its help has six.
  private static let shownLines = 6

  /// - Parameters:
  ///   - own: what this side is.
  ///   - log: takes lines for standard error.
  package init(
    _ host: RemoteHost, own: Greeting, log: @escaping @Sendable (String) -> Void
  ) {
    self.host = host
    self.own = own
    self.log = log
  }

  /// Ends `run` from another thread.
  package func stop() {
    state.update { state in
      state.isStopping = true
      state.relay?.stop()
    }
  }

  /// Carries until the session is over.
  ///
  /// - Parameters:
  ///   - ssh: the program's path.
  ///   - clientProcess: a process whose end ends it.
  /// - Returns: the exit code: the session's, or a failure's.
  package func run(
    ssh: String, input: Int32, output: Int32, clientProcess: Int64?
  ) throws(ChildError) -> Int32 {
    let process = try ChildProcess(
      ssh, arguments: host.arguments, errors: .piped, ownsGroup: true)
    // Held open by what ssh leaves running for later connections, so its end is not waited for.
    let tail = ErrorTail(descriptor: dup(process.errors)) { [log] in log($0) }
    let streams = RemoteRelay.Streams(
      input: input, output: output, toKernel: fcntl(process.input, F_DUPFD_CLOEXEC, 0),
      fromKernel: process.output)
    // The relay's own is the last that holds ssh's input open.
    process.closeInput()
    let relay = RemoteRelay(
      streams, host: host, own: own, clientProcess: clientProcess,
      words: { tail.text(isEnded: false, lines: Self.shownLines) },
      log: { [log] in log("lucarne: \($0)") })
    state.update { state in
      state.relay = relay
      if state.isStopping { relay.stop() }
    }
    switch relay.run() {
    case .clientGone:
      end(process)
      return 1
    case .failed(let failure):
      end(process)
      return tell(failure, relay)
    case .closed:
      return closed(process, relay, tail)
    }
  }

  private func closed(_ process: ChildProcess, _ relay: RemoteRelay, _ tail: ErrorTail) -> Int32 {
    if !process.hasEnded(within: 5000) { end(process) }
    _ = process.waitForEnd()
    let code = process.exitCode
    let words = tail.text(isEnded: true, lines: Self.shownLines)
    let failure = LineFailure.ofEnd(
      code: code, isConnected: relay.requests.isConnected, words: words, host: host)
    if let failure { return tell(failure, relay) }
    if relay.isWaitedFor { return tell(.kernelEnded(host, words: words), relay) }
    return code ?? 1
  }

  private func tell(_ failure: LineFailure, _ relay: RemoteRelay) -> Int32 {
    log("lucarne: \(failure)")
    relay.give(up: failure)
    return failure.exitCode
  }

  /// Ends ssh, which closes the line in order where it can.
  private func end(_ process: ChildProcess) {
    process.kill(SIGTERM)
    if !process.hasEnded(within: 2000) { process.kill() }
  }
}
