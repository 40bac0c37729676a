import JSON
import JSONRPC

/// The way of responses to the client: one by one, or those to a batch together, as one array, once
/// the last of them is there.
final class Replies: Sendable {
  private struct Batch {
    /// The requests that are not answered.
    var open: Set<RequestID>
    var bodies: [[UInt8]] = []
    /// Whether all its messages were looked at.
    var isRead = false
  }

  private struct State {
    var batches: [Int: Batch] = [:]
    var last = 0
  }

  private let output: OutputQueue
  private let state = Monitor(State())

  init(output: OutputQueue) { self.output = output }

  /// Sends a response to a request, which may be of a batch.
  func send(_ body: [UInt8], of id: RequestID?) {
    state.update { state in
      guard let id, let number = state.batches.first(where: { $0.value.open.contains(id) })?.key
      else {
        output.send(body)
        return
      }
      state.batches[number]?.bodies.append(body)
      settle(id, of: number, &state)
    }
  }

  /// Forgets a request that is never answered.
  func forget(_ id: RequestID) {
    state.update { state in
      guard let number = state.batches.first(where: { $0.value.open.contains(id) })?.key else {
        return
      }
      settle(id, of: number, &state)
    }
  }

  // MARK: Batches

  /// Begins a batch with these requests.
  func begin(_ requests: Set<RequestID>) -> Int {
    state.update { state in
      state.last += 1
      state.batches[state.last] = Batch(open: requests)
      return state.last
    }
  }

  /// Puts a response into a batch that is none to its requests.
  func add(_ body: [UInt8], to number: Int) {
    state.update { $0.batches[number]?.bodies.append(body) }
  }

  /// All messages of the batch were looked at.
  func end(_ number: Int) {
    state.update { state in
      state.batches[number]?.isRead = true
      sendIfDone(number, &state)
    }
  }

  private func settle(_ id: RequestID, of number: Int, _ state: inout State) {
    state.batches[number]?.open.remove(id)
    sendIfDone(number, &state)
  }

  /// A batch of notifications alone, or of requests that were all cancelled, has no answer.
  private func sendIfDone(_ number: Int, _ state: inout State) {
    guard let batch = state.batches[number], batch.isRead, batch.open.isEmpty else { return }
    state.batches[number] = nil
    guard !batch.bodies.isEmpty else { return }
    output.send([0x5B] + batch.bodies.joined(separator: [0x2C]) + [0x5D])
  }
}
