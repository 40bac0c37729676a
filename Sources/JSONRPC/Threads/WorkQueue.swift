/// Does one piece of work after another on a thread of its own; clients take turns.
package final class WorkQueue: Sendable {
  private struct State {
    var work = TurnQueue<@Sendable () -> Void>()
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

  /// Adds work behind all that waits for its client. Work given to a closed queue is dropped.
  /// - Parameter client: whose work it is; nil: nobody's, which comes behind all that waits.
  package func submit(for client: ClientID? = nil, _ work: @escaping @Sendable () -> Void) {
    state.update { state in
      if !state.isClosed { state.work.add(work, for: client) }
    }
  }

  /// Drops what waits for a client.
  package func drop(_ client: ClientID) { state.update { $0.work.remove(client) } }

  /// Drops what waits and ends the thread after what runs.
  /// - Returns: whether the thread ended within `seconds`.
  @discardableResult
  package func close(waiting seconds: Double = 0) -> Bool {
    state.update { state in
      state.isClosed = true
      state.work.removeAll()
    }
    return state.wait(seconds: seconds) { $0.isFinished }
  }

  private static func run(_ state: Monitor<State>) {
    while true {
      let next: (@Sendable () -> Void)?? = state.wait { state in
        if state.isClosed { return .some(nil) }
        return state.work.next().map { .some($0) }
      }
      guard let work = next ?? nil else { break }
      work()
    }
    state.update { $0.isFinished = true }
  }
}
