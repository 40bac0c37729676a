import Glibc
import JSONRPC
import Synchronization

/// Watches how much memory a process takes, from a thread of its own.
///
/// The peak of all pages is Linux's own count (VmHWM); the peaks of its two parts are looked for
/// twenty times a second. Anonymous pages are what the process allocated; pages of files are the
/// mapped weights, which the system may drop and other processes share.
final class ProcessMemory: Sendable {
  struct Peak {
    var resident = 0
    var anonymous = 0
    var file = 0
  }

  private let process: pid_t
  private let state = Mutex((peak: Peak(), isOver: false))

  init(of process: pid_t) {
    self.process = process
    Thread.start(name: "memory", stackBytes: 1 << 20) { [weak self] in
      while let self, !self.state.withLock({ $0.isOver }) {
        self.look()
        usleep(50_000)
      }
    }
  }

  /// The peaks since the start.
  func peak() -> Peak {
    look()
    return state.withLock { $0.peak }
  }

  func end() { state.withLock { $0.isOver = true } }

  private func look() {
    let path = "/proc/\(process)/status"
    func bytes(_ key: String) -> Int {
      let text = MachineFacts.value(of: key, in: path) ?? ""
      return (text.split(separator: " ").first.flatMap { Int($0) } ?? 0) * 1024
    }
    let now = Peak(
      resident: bytes("VmHWM"), anonymous: bytes("RssAnon"), file: bytes("RssFile"))
    state.withLock {
      $0.peak.resident = max($0.peak.resident, now.resident)
      $0.peak.anonymous = max($0.peak.anonymous, now.anonymous)
      $0.peak.file = max($0.peak.file, now.file)
    }
  }
}
