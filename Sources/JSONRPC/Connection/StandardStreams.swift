import Glibc

/// Keeps the protocol's stream clean.
package enum StandardStreams {
  /// Takes standard output for the protocol alone: whatever else in the process writes there, a
  /// `print` or a C library, lands on standard error. To be called before anything else.
  /// - Returns: the descriptor to write messages to, or nil where the process
  ///   has no descriptor left.
  package static func claimOutput() -> Int32? {
    let output = dup(STDOUT_FILENO)
    guard output >= 0, dup2(STDERR_FILENO, STDOUT_FILENO) >= 0 else { return nil }
    return output
  }

  /// Makes writing to a client that is gone an error instead of the end of the process.
  package static func ignoreBrokenPipes() { signal(SIGPIPE, SIG_IGN) }
}
