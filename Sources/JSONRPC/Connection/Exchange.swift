internal import JSON
import Synchronization

/// One request from its arrival to its only reply.
final class Exchange: Sendable {
  private struct State {
    var isRunning = false
    var isFinished = false
    var stopReason: ResponseFailure?
    var progress: ProgressStream
  }

  let id: RequestID
  let method: String
  let lane: Lane
  let order: RequestOrder
  /// Bytes of the message that it came in.
  let byteCount: Int
  private let table: RequestTable
  private let cancelled = Atomic(false)
  private let state: Monitor<State>

  init(
    id: RequestID, method: String, lane: Lane, order: RequestOrder, byteCount: Int,
    options: RequestOptions, table: RequestTable
  ) {
    self.id = id
    self.method = method
    self.lane = lane
    self.order = order
    self.byteCount = byteCount
    self.table = table
    state = Monitor(State(progress: ProgressStream(options: options)))
  }

  var isCancelled: Bool { cancelled.load(ordering: .relaxed) }

  /// Moves from waiting to running; false where the request has been answered meanwhile.
  func begin() -> Bool {
    state.update { state in
      state.isRunning = !state.isFinished
      return state.isRunning
    }
  }

  /// Asks the work to stop, where it has begun or is about to.
  func flag() { cancelled.store(true, ordering: .relaxed) }

  /// Asks a running request to stop, and answers a waiting one at once.
  func cancel(with reason: ResponseFailure = .cancelled) {
    let isWaiting = state.update { state in
      state.stopReason = state.stopReason ?? reason
      return !state.isRunning && !state.isFinished
    }
    flag()
    if isWaiting { finish(.failure(reason)) }
  }

  /// Why it was asked to stop, if it was.
  var stopReason: ResponseFailure? { state.read { $0.stopReason } }

  /// Sends the reply; every later one is ignored. What is left of the progress goes before it.
  func finish(_ outcome: Result<JSONValue, ResponseFailure>) {
    if state.update({ $0.isFinished }) { return }
    let reply = encoded(outcome)
    let isFirst = state.update { state in
      if state.isFinished { return false }
      state.isFinished = true
      for message in state.progress.end(keepingItems: Self.keepsItems(outcome)) {
        table.output.send(message.body)
      }
      return true
    }
    if isFirst { table.complete(self, reply: reply) }
  }

  func report(title: String, message: String?, fraction: Double?) {
    change { $0.report(title: title, message: message, fraction: fraction) }
  }

  func stream(_ items: [JSONValue], as name: String, with fields: JSONObject) {
    change { $0.add(items, as: name, with: fields) }
  }

  private func change(_ body: (inout ProgressStream) -> [ProgressStream.Message]) {
    state.update { state in
      guard !state.isFinished else { return }
      for message in body(&state.progress) {
        table.output.send(message.body, replacing: message.key)
      }
    }
  }

  /// A result that cannot be written becomes an error, never silence.
  private func encoded(_ outcome: Result<JSONValue, ResponseFailure>) -> [UInt8] {
    switch outcome {
    case .failure(let failure): return Envelope.response(id: id, failure: failure)
    case .success(let result):
      do throws(JSONError) {
        return try Envelope.response(id: id, result: result)
      } catch {
        return Envelope.response(id: id, failure: .internalError("the result: \(error)"))
      }
    }
  }

  /// A cancelled request's items stand as far as they came; a failed one's do not.
  private static func keepsItems(_ outcome: Result<JSONValue, ResponseFailure>) -> Bool {
    switch outcome {
    case .success: true
    case .failure(let failure): failure.code == FailureCode.cancelled
    }
  }
}
