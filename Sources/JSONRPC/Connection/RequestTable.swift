internal import JSON

/// The requests that have not been answered yet, each under its id.
final class RequestTable: Sendable {
  private struct State {
    var exchanges: [RequestID: Exchange] = [:]
    var waiting: [Lane: Int] = [:]
    var openBytes = 0
    var shutdown: RequestID?
    var isEnded = false
  }

  let output: OutputQueue
  let trace: Trace
  private let state = Monitor(State())
  private let ordered = Monitor(OrderedRequests())
  private let onEmpty: @Sendable () -> Void

  /// - Parameter onEmpty: called whenever the last request has been answered.
  init(output: OutputQueue, trace: Trace, onEmpty: @escaping @Sendable () -> Void) {
    self.output = output
    self.trace = trace
    self.onEmpty = onEmpty
  }

  var isEmpty: Bool { state.read { $0.exchanges.isEmpty && $0.shutdown == nil } }

  func contains(_ id: RequestID) -> Bool {
    state.read { $0.exchanges[id] != nil || $0.shutdown == id }
  }

  /// Enters a request before any work is scheduled for it, so that no cancellation can miss it.
  /// - Returns: false where more than `limit` requests wait for the lane, or all that are open
  ///   would have more than `bytes` bytes.
  func enter(_ exchange: Exchange, limit: Int, bytes: Int) -> Bool {
    state.update { state in
      let waiting = state.waiting[exchange.lane, default: 0]
      guard waiting < limit,
        state.exchanges.isEmpty || exchange.byteCount <= bytes - state.openBytes
      else { return false }
      state.openBytes += exchange.byteCount
      state.waiting[exchange.lane] = waiting + 1
      state.exchanges[exchange.id] = exchange
      return true
    }
  }

  /// Hands a request that was entered to its lane, once what it depends on has been answered.
  func begin(_ exchange: Exchange, _ submit: @escaping @Sendable () -> Void) {
    ordered.update { $0.enter(ObjectIdentifier(exchange), exchange.order, begin: submit) }
  }

  /// How many requests wait for a lane.
  func waitingCount(_ lane: Lane) -> Int { state.read { $0.waiting[lane, default: 0] } }

  /// Notes that a lane has taken a request from its queue.
  func leaveQueue(_ lane: Lane) { state.update { $0.waiting[lane, default: 1] -= 1 } }

  func cancel(_ id: RequestID) { state.read { $0.exchanges[id] }?.cancel() }

  func cancelAll() {
    let open = state.read { Array($0.exchanges.values) }
    // All are flagged first: a lane that has stopped one must not begin the next.
    for exchange in open { exchange.flag() }
    for exchange in open { exchange.cancel() }
  }

  /// Sends a reply. The entry goes first: the client may use the id again once it has the reply.
  func complete(_ exchange: Exchange, reply: [UInt8]) {
    trace.answered(method: exchange.method, id: exchange.id, body: reply)
    defer { ordered.update { $0.leave(ObjectIdentifier(exchange), exchange.order) } }
    let isEmpty = state.update { state in
      guard !state.isEnded else { return false }
      state.exchanges[exchange.id] = nil
      state.openBytes -= exchange.byteCount
      output.send(reply)
      Self.answerShutdown(&state, output)
      return state.exchanges.isEmpty
    }
    if isEmpty { onEmpty() }
  }

  /// Answers `shutdown` with null, after every request that is still open.
  func shutDown(_ id: RequestID) {
    state.update { state in
      state.shutdown = id
      Self.answerShutdown(&state, output)
    }
    onEmpty()
  }

  /// No reply leaves any more.
  func end() {
    let open = state.update { state in
      defer { state.exchanges = [:] }
      state.isEnded = true
      return Array(state.exchanges.values)
    }
    for exchange in open { exchange.cancel() }
  }

  private static func answerShutdown(_ state: inout State, _ output: OutputQueue) {
    guard state.exchanges.isEmpty, let id = state.shutdown else { return }
    state.shutdown = nil
    if let body = try? Envelope.response(id: id, result: .null) { output.send(body) }
  }
}
