import JSON
import JSONRPC

/// A kernel without a model: it answers a few methods as it is told, some only
/// when they are cancelled.
final class ScriptedKernel: RequestHandler {
  /// Requests that were stopped because they were cancelled.
  let stopped = Monitor(0)

  func lane(of method: String) -> Lane? { method == "initialize" ? .immediate : .control }

  func answer(_ call: Call) throws -> JSONValue {
    switch call.method {
    case "initialize": return [:]
    case "kernel/status":
      return [
        "health": "ok", "models": [], "saes": [], "contexts": [], "queue": ["waiting": 0],
        "memory": ["limit": 1, "used": 0, "items": []], "unicode": "14.0.0",
      ]
    case "context/tokens":
      if call.params["context"] == "ctx_slow" { return try wait(call) }
      if call.params["context"] == "ctx_1" {
        return ["tokens": [["position": 0, "id": 7, "text": "a"]]]
      }
      throw ResponseFailure.requestFailed(
        kind: "contextNotFound",
        message: "there is no context \(call.params["context"]?.stringValue ?? "")",
        retryable: false)
    default: throw ResponseFailure.methodNotFound(call.method)
    }
  }

  /// Works, and tells so, until it is cancelled.
  private func wait(_ call: Call) throws -> JSONValue {
    for step in 0..<1000 {
      if call.isCancelled {
        stopped.update { $0 += 1 }
        throw CancellationError()
      }
      call.report(title: "waiting", fraction: Double(step) / 1000)
      Thread.sleep(milliseconds: 20)
    }
    return ["tokens": []]
  }
}
