package import JSON

/// Answers the requests of a connection.
package protocol RequestHandler: Sendable {
  /// Where a method runs; nil where there is no such method.
  func lane(of method: String) -> Lane?

  /// What a method's requests do to what the client's other requests look at.
  func order(of method: String) -> RequestOrder

  /// Answers one request, on its lane's thread.
  ///
  /// What it throws becomes the reply: a `RequestContinuation` what comes of that, a
  /// `ResponseFailure` as it is, a `FailureConvertible` as the failure it names, a `WireError` as
  /// -32602, `CancellationError` as -32800 and anything else as -32603 with the details in the log.
  /// Once a request is cancelled, whatever is thrown becomes -32800; a result is still sent.
  func answer(_ call: Call) throws -> JSONValue

  /// Sees a request as it arrives, on the reader, in the order of all messages.
  func arrived(_ call: Call)

  /// Takes a notification that the connection itself has no use for, on the reader.
  func receive(notification method: String, params: JSONValue)
}

extension RequestHandler {
  package func arrived(_ call: Call) {}

  package func order(of method: String) -> RequestOrder { .free }

  package func receive(notification method: String, params: JSONValue) {}
}
