import Glibc
import JSONRPC

/// Turns SIGTERM and SIGHUP into an orderly end, and ignores SIGINT, which a terminal or a notebook sends to
/// the whole process group when its user interrupts a request.
///
/// To be made before any other thread, all of which then leave these signals to one that waits for them.
struct Termination {
  private let signals: [Int32] = [SIGTERM, SIGHUP]

  init() {
    signal(SIGINT, SIG_IGN)
    var set = signalSet()
    unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
  }

  /// Calls `stop` on a thread of its own when the process is asked to end.
  func whenAsked(_ stop: @escaping @Sendable () -> Void) {
    let set = signalSet()
    Thread.start(name: "termination", stackBytes: 1 << 20) {
      var set = set
      var received: Int32 = 0
      while unsafe sigwait(&set, &received) != 0 {}
      stop()
    }
  }

  private func signalSet() -> sigset_t {
    var set = sigset_t()
    unsafe sigemptyset(&set)
    for signal in signals { unsafe sigaddset(&set, signal) }
    return set
  }
}
