import JSON
import JSONRPC

/// The requests that have not been answered, each under its id. What is taken out of the
/// table is never answered.
final class CallTable: Sendable {
  private let output: OutputQueue
  private let replies: Replies
  private let calls = Monitor<[RequestID: Work]>([:])

  init(output: OutputQueue, replies: Replies) {
    self.output = output
    self.replies = replies
  }

  /// - Returns: false where `limit` requests are open.
  func enter(_ id: RequestID, _ work: Work, limit: Int) -> Bool {
    calls.update { calls in
      guard calls.count < limit else { return false }
      calls[id] = work
      return true
    }
  }

  func contains(_ id: RequestID) -> Bool { calls.read { $0[id] != nil } }

  /// Answers a request, unless it was cancelled.
  func answer(_ id: RequestID, _ body: [UInt8]) {
    calls.update { calls in
      if calls.removeValue(forKey: id) != nil { replies.send(body, of: id) }
    }
  }

  /// Sends a notification about a request that is still open.
  func notify(_ id: RequestID, _ body: [UInt8], replacing key: String) {
    calls.read { calls in
      if calls[id] != nil { output.send(body, replacing: key) }
    }
  }

  /// Forgets a request, which is then never answered, and ends its work.
  func cancel(_ id: RequestID) {
    guard let work = calls.update({ $0.removeValue(forKey: id) }) else { return }
    replies.forget(id)
    work.cancel()
  }

  func cancelAll() {
    let open = calls.update { calls in
      defer { calls = [:] }
      return Array(calls.values)
    }
    for work in open { work.cancel() }
  }

  /// Waits until nothing is open, at most `seconds`.
  func waitUntilEmpty(seconds: Double) { _ = calls.wait(seconds: seconds) { $0.isEmpty } }
}
