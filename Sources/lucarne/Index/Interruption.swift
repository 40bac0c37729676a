import Glibc
import Synchronization

/// Set by the signal handler, which can capture nothing: this one flag is the program's.
private let isInterrupted = Atomic(false)

/// Turns the first Ctrl-C or SIGTERM into a wish to stop; the second ends the program as usual.
struct Interruption: Sendable {
  init() {
    for number in [SIGINT, SIGTERM, SIGHUP] {
      signal(number) { number in
        isInterrupted.store(true, ordering: .relaxed)
        signal(number, SIG_DFL)
      }
    }
  }

  var isRequested: Bool { isInterrupted.load(ordering: .relaxed) }
}
