import KernelProtocol
import Synchronization

/// The latest status, readable from any thread while the engine works.
final class StatusBoard: Sendable {
  private struct State {
    var status: KernelStatus.Result
    var waiting: @Sendable () -> Int = { 0 }
  }
  private let state: Mutex<State>

  init(limit: Int) {
    state = Mutex(
      State(
        status: KernelStatus.Result(
          health: .ok, models: [], saes: [], contexts: [], queue: .init(running: nil, waiting: 0),
          memory: .init(limit: limit, used: 0, items: []))))
  }

  var current: KernelStatus.Result {
    let (status, waiting) = state.withLock { ($0.status, $0.waiting) }
    var result = status
    result.queue.waiting = waiting()
    return result
  }

  func countWaiting(with count: @escaping @Sendable () -> Int) {
    state.withLock { $0.waiting = count }
  }

  func setLimit(_ limit: Int) {
    state.withLock { $0.status.memory.limit = limit }
  }

  func begin(_ method: String) {
    state.withLock { $0.status.queue.running = method }
  }

  /// Publishes what the engine holds after a request.
  func finish(_ status: KernelStatus.Result) {
    state.withLock { $0.status = status }
  }
}
