import Glibc
import JSONRPC
import Synchronization

/// Where the signal handler writes. A handler can capture nothing, so this one
/// descriptor is the program's.
private let wakeDescriptor = Atomic<Int32>(-1)

/// Turns SIGTERM and SIGHUP into an orderly end, and ignores SIGINT, which a terminal or a notebook
/// sends to the whole process group when its user interrupts a request; a process that is no
/// client's takes it as SIGTERM.
///
/// A handler rather than a thread in `sigwait`: libraries start threads before `main` that do not
/// block the signals, and any thread may receive them.
struct Termination {
  private let input: Int32

  /// - Parameter endsOnInterrupt: whether SIGINT ends the process, too.
  /// - Returns: nil where the process has no descriptor left.
  init?(endsOnInterrupt: Bool = false) {
    var ends: [Int32] = [-1, -1]
    guard unsafe pipe(&ends) == 0 else { return nil }
    input = ends[0]
    wakeDescriptor.store(ends[1], ordering: .releasing)
    signal(SIGINT, SIG_IGN)
    var watched = sigset_t()
    unsafe sigemptyset(&watched)
    for number in [SIGTERM, SIGHUP] + (endsOnInterrupt ? [SIGINT] : []) {
      unsafe sigaddset(&watched, number)
      signal(number) { _ in
        var byte: UInt8 = 0
        _ = unsafe write(wakeDescriptor.load(ordering: .acquiring), &byte, 1)
      }
    }
    // A parent that blocks the signals hands the block down.
    unsafe pthread_sigmask(SIG_UNBLOCK, &watched, nil)
  }

  /// Calls `stop` on a thread of its own when the process is asked to end.
  func whenAsked(_ stop: @escaping @Sendable () -> Void) {
    Thread.start(name: "termination", stackBytes: 1 << 20) { [input] in
      var byte: UInt8 = 0
      while unsafe read(input, &byte, 1) < 0, errno == EINTR {}
      stop()
    }
  }
}
