import Glibc

/// Wakes a thread out of its wait for input.
package final class WakePipe: Sendable {
  package enum Signal: UInt8 {
    /// Something changed: look again.
    case look
    /// The process is asked to end in an orderly way.
    case stop
    /// The client cannot be written to any more.
    case clientGone
  }

  package let input: Int32
  private let output: Int32

  package init?() {
    var ends: [Int32] = [-1, -1]
    guard unsafe pipe(&ends) == 0 else { return nil }
    for end in ends {
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
    }
    (input, output) = (ends[0], ends[1])
  }

  deinit {
    close(input)
    close(output)
  }

  /// Only writes to a pipe, so that it may be called from a signal handler too.
  package func send(_ signal: Signal) {
    var byte = signal.rawValue
    _ = unsafe write(output, &byte, 1)
  }

  /// Everything sent since the last call.
  package func take() -> [Signal] {
    var bytes = [UInt8](repeating: 0, count: 64)
    let count = unsafe read(input, &bytes, bytes.count)
    return count > 0 ? bytes.prefix(count).compactMap(Signal.init) : []
  }
}
