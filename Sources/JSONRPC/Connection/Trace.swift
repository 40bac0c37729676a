internal import JSON

/// Tells the client about each message, where it asked for that with `$/setTrace`.
final class Trace: Sendable {
  enum Level: String { case off, messages, verbose }

  private let level = Monitor(Level.off)
  private let output: OutputQueue

  init(output: OutputQueue) { self.output = output }

  /// Takes the `value` of `$/setTrace` or the `trace` of `initialize`; an
  /// unknown one changes nothing.
  func set(_ value: JSONValue?) {
    guard let name = value?.stringValue, let new = Level(rawValue: name) else { return }
    level.update { $0 = new }
  }

  func received(method: String, id: RequestID?, params: JSONValue) {
    let kind = id.map { "request \($0)" } ?? "notification"
    log("received \(kind) \(method)", verbose: { try? params.bytes() })
  }

  func answered(method: String, id: RequestID, body: [UInt8]) {
    log("answered request \(id) \(method)", verbose: { body })
  }

  private func log(_ message: String, verbose: () -> [UInt8]?) {
    let level = level.read { $0 }
    guard level != .off else { return }
    var params: JSONObject = ["message": .string(message)]
    if level == .verbose, let text = verbose() {
      params["verbose"] = .string(String(decoding: text.prefix(4096), as: UTF8.self))
    }
    if let body = try? Envelope.notification(method: "$/logTrace", params: .object(params)) {
      output.send(body)
    }
  }
}
