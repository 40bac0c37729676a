import JSONRPC

/// The requests that a client waits for an answer to, and whether there is a line for more.
final class OpenRequests: Sendable {
  private enum Phase {
    case connecting, connected
    case over(LineFailure)
  }

  private struct State {
    var phase = Phase.connecting
    var open: [RequestID: (number: Int, method: String)] = [:]
    var lastNumber = 0
  }

  private let state = Monitor(State())

  /// Enters a request.
  /// - Throws: where there is no line for it any more.
  func open(_ id: RequestID, _ method: String) throws(LineFailure) {
    try state.update { state throws(LineFailure) in
      if case .over(let failure) = state.phase { throw failure }
      state.lastNumber += 1
      state.open[id] = (state.lastNumber, method)
    }
  }

  func contains(_ id: RequestID) -> Bool { state.read { $0.open[id] != nil } }

  /// Takes a request out that is answered.
  /// - Returns: its method; nil where nobody waits for it.
  func close(_ id: RequestID) -> String? {
    state.update { $0.open.removeValue(forKey: id)?.method }
  }

  func connect() {
    state.update { state in
      if case .connecting = state.phase { state.phase = .connected }
    }
  }

  var isConnected: Bool {
    state.read { state in
      if case .connected = state.phase { true } else { false }
    }
  }

  /// Waits until there is a line.
  /// - Returns: false where there will be none.
  func waitForLine() -> Bool {
    state.wait { state in
      switch state.phase {
      case .connecting: nil
      case .connected: true
      case .over: false
      }
    }
  }

  /// Ends it: what comes from now on is refused.
  /// - Returns: the requests that were open, in their order.
  func end(_ failure: LineFailure) -> [RequestID] {
    state.update { state in
      state.phase = .over(failure)
      defer { state.open = [:] }
      return state.open.sorted { $0.value.number < $1.value.number }.map(\.key)
    }
  }

  /// Whether there was a request at all.
  var hasBegun: Bool { state.read { $0.lastNumber > 0 } }

  var isEmpty: Bool { state.read { $0.open.isEmpty } }
}
