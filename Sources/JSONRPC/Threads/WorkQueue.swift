/// Does one piece of work after another, in the order given, on a thread of its own.
package final class WorkQueue: Sendable {
  private struct State {
    var work: [@Sendable () -> Void] = []
    var isClosed = false
    var isFinished = false
  }

  private let state = Monitor(State())

  /// - Parameters:
  ///   - name: the thread's name.
  ///   - stackBytes: the thread's stack.
  package init(name: String, stackBytes: Int = 16 << 20) {
    Thread.start(name: name, stackBytes: stackBytes) { [state] in Self.run(state) }
  }

  deinit { state.update { $0.isClosed = true } }

  /// Adds work behind all that waits. Work given to a closed queue is dropped.
  package func submit(_ work: @escaping @Sendable () -> Void) {
    state.update { state in
      if !state.isClosed { state.work.append(work) }
    }
  }

  /// Drops what waits and ends the thread after what runs.
  /// - Returns: whether the thread ended within `seconds`.
  @discardableResult
  package func close(waiting seconds: Double = 0) -> Bool {
    state.update { state in
      state.isClosed = true
      state.work = []
    }
    return state.wait(seconds: seconds) { $0.isFinished }
  }

  /// Takes all that waits at once, so that a long queue costs no shifting.
  private static func run(_ state: Monitor<State>) {
    while true {
      let batch: [@Sendable () -> Void] = state.wait { state in
        if !state.work.isEmpty {
          defer { state.work = [] }
          return state.work
        }
        return state.isClosed ? [] : nil
      }
      if batch.isEmpty { break }
      for work in batch {
        work()
        if state.read({ $0.isClosed }) { break }
      }
    }
    state.update { $0.isFinished = true }
  }
}
