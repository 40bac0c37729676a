import Glibc
import Synchronization

/// Set by the signal handler, which can capture nothing: this one flag is the program's.
private let isInterrupted = Atomic(false)

/// Turns the first Ctrl-C or SIGTERM into a wish to stop; the second ends the program as usual.
struct Interruption: Sendable {
  init() {
    var watched = sigset_t()
    unsafe sigemptyset(&watched)
    for number in [SIGINT, SIGTERM, SIGHUP] {
      unsafe sigaddset(&watched, number)
      signal(number) { number in
        isInterrupted.store(true, ordering: .relaxed)
        signal(number, SIG_DFL)
      }
    }
    // A parent that blocks the signals hands the block down.
    unsafe pthread_sigmask(SIG_UNBLOCK, &watched, nil)
  }

  var isRequested: Bool { isInterrupted.load(ordering: .relaxed) }
}
