import JSON
import JSONRPC

/// A handler without a model: echoes, waits, fails and counts.
final class StubHandler: RequestHandler {
  struct Unforeseen: Error {}

  struct State {
    var running = 0
    var finished = 0
    var isGateOpen = false
    var notifications: [String] = []
    var failsInitialize = false
    var looks = 0
    var changes = 0
    /// Steps that `test/slow` took.
    var steps = 0
  }

  let state = Monitor(State())

  func lane(of method: String) -> Lane? {
    switch method {
    case "initialize": .immediate
    case "test/echo", "test/controlSlow": .control
    case "test/look", "test/quickChange": .index
    default: method.hasPrefix("test/") ? .engine : nil
    }
  }

  func order(of method: String) -> RequestOrder {
    switch method {
    case "test/look", "test/slowLook": .looks
    case "test/change", "test/quickChange": .changes
    default: .free
    }
  }

  func receive(notification method: String, params: JSONValue) {
    state.update { $0.notifications.append(method) }
  }

  func answer(_ call: Call) throws -> JSONValue {
    state.update { $0.running += 1 }
    defer { state.update { $0.finished += 1 } }
    switch call.method {
    case "initialize":
      if state.read({ $0.failsInitialize }) { throw ResponseFailure.internalError("not today") }
      return ["serverInfo": ["name": "stub"]]
    case "test/echo", "test/engineEcho": return call.params
    case "test/look":
      return state.update { state in
        state.looks += 1
        return .bool(state.isGateOpen)
      }
    case "test/slowLook":
      Thread.sleep(milliseconds: 50)
      return .integer(Int64(state.read { $0.changes }))
    case "test/quickChange":
      return state.update { state in
        state.changes += 1
        return .integer(Int64(state.changes))
      }
    case "test/goesOn":
      throw RequestContinuation(on: .index) { call in
        guard call.params["fails"] == nil else {
          throw ResponseFailure.requestFailed(kind: "busy", message: "later", retryable: true)
        }
        return call.params
      }
    case "test/gate", "test/change":
      return state.wait { state -> JSONValue? in state.isGateOpen ? .string("open") : nil }
    case "test/slow": return try slow(call)
    case "test/deaf":
      while !call.shouldStop { Thread.sleep(milliseconds: 1) }
      return "finished all the same"
    case "test/stream":
      for index in 0..<40 {
        call.stream([.integer(Int64(index))], as: "items", with: ["name": index < 30 ? "a" : "b"])
        Thread.sleep(milliseconds: 20)
      }
      return ["items": []]
    case "test/typed": return .integer(Int64(try call.decodeParams(Typed.self).count))
    case "test/nan": return ["score": .number(.nan)]
    case "test/domain":
      throw ResponseFailure.requestFailed(
        kind: "imageUnreadable", message: "no image", retryable: false, hint: "give a PNG")
    case "test/unforeseen": throw Unforeseen()
    case "test/twice":
      call.reply("first")
      call.reply("second")
      return "third"
    case "test/big": return .string(String(repeating: "x", count: 1 << 20))
    default: throw ResponseFailure.methodNotFound(call.method)
    }
  }

  private struct Typed: Codable { var count: Int }

  /// A hundred steps of 10 ms, each reported and each a chance to stop.
  private func slow(_ call: Call) throws -> JSONValue {
    for step in 0..<100 {
      try call.checkStop()
      state.update { $0.steps += 1 }
      call.report(title: "slow", message: "step \(step)", fraction: Double(step) / 100)
      Thread.sleep(milliseconds: 10)
    }
    return "done"
  }
}
