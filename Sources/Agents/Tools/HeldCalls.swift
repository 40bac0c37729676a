import JSONRPC

/// Calls that went on after their client was answered, each under a name to ask for it by.
final class HeldCalls: Sendable {
  private struct State {
    var number = 0
    var calls: [(name: String, work: Work)] = []
  }

  /// How many are kept; finished ones go first.
  private static let limit = 64
  private let state = Monitor(State())

  /// Keeps a call and names it.
  func hold(_ work: Work) -> String {
    state.update { state in
      state.number += 1
      let name = "call_\(state.number)"
      if state.calls.count >= Self.limit {
        let finished = state.calls.firstIndex { $0.work.outcome != nil }
        state.calls.remove(at: finished ?? 0).work.cancel()
      }
      state.calls.append((name, work))
      return name
    }
  }

  subscript(name: String) -> Work? {
    state.read { state in state.calls.first { $0.name == name }?.work }
  }

  func cancelAll() {
    for call in state.read({ $0.calls }) { call.work.cancel() }
  }
}
