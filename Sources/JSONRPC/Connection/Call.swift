package import JSON

/// A request in the hands of whoever answers it.
///
/// It is answered exactly once: a second answer is ignored, and a call that is dropped unanswered
/// answers -32603 by itself. Every member may be used from any thread.
package final class Call: Sendable {
  package let id: RequestID
  package let method: String
  /// The params; an object, empty where the client sent none.
  package let params: JSONValue
  package let options: RequestOptions
  /// Who asks.
  package let client: ClientID
  /// When the request must be done, if its client said so.
  package let deadline: ContinuousClock.Instant?
  private let exchange: Exchange

  init(exchange: Exchange, params: JSONValue, options: RequestOptions, client: ClientID) {
    id = exchange.id
    method = exchange.method
    self.params = params
    self.options = options
    self.client = client
    self.exchange = exchange
    deadline = options.deadlineMs.map { .now + .milliseconds($0) }
  }

  deinit { exchange.finish(.failure(.internalError("the request was dropped unanswered"))) }

  // MARK: Stopping

  /// Whether the client has cancelled. Costs one load: ask it at every layer, batch and token.
  package var isCancelled: Bool { exchange.isCancelled }

  /// Whether the deadline has passed.
  package var isPastDeadline: Bool { deadline.map { $0 <= .now } ?? false }

  /// Whether to stop work, for either reason.
  package var shouldStop: Bool { isCancelled || isPastDeadline }

  /// What a request that stopped early answers.
  package var stopFailure: ResponseFailure {
    if let reason = exchange.stopReason { return reason }
    guard !isCancelled, isPastDeadline else { return .cancelled }
    return .requestFailed(
      kind: "deadlineExceeded", message: "not done within \(options.deadlineMs ?? 0) ms",
      retryable: true, hint: "allow more time with deadlineMs, or ask for less")
  }

  /// Ends the request as its cancellation would, with a reason of the kernel's own.
  package func stop(with reason: ResponseFailure) { exchange.cancel(with: reason) }

  /// - Throws: `stopFailure` where the work is to stop.
  package func checkStop() throws(ResponseFailure) {
    if shouldStop { throw stopFailure }
  }

  // MARK: Progress

  /// Reports progress under the client's `workDoneToken`, if it gave one. May be called as often as
  /// convenient; what goes out is limited to ten a second after the first 300 ms.
  /// - Parameter fraction: how much is done, 0 to 1.
  package func report(title: String, message: String? = nil, fraction: Double? = nil) {
    exchange.report(title: title, message: message, fraction: fraction)
  }

  /// Whether the client wants items as they are found. All of them must then go through `stream`,
  /// and the result's own list stays empty.
  package var wantsPartialResults: Bool { options.partialResultToken != nil }

  /// Sends items under the client's `partialResultToken` as `{name: items, …fields}`. They are
  /// gathered to at most ten notifications a second; the rest goes before the reply.
  package func stream(
    _ items: [JSONValue], as name: String = "items", with fields: JSONObject = [:]
  ) {
    exchange.stream(items, as: name, with: fields)
  }

  // MARK: Answering

  package func reply(_ result: JSONValue) { exchange.finish(.success(result)) }

  package func fail(_ failure: ResponseFailure) { exchange.finish(.failure(failure)) }

  /// Reads the params as a typed value.
  package func decodeParams<Params: Decodable>(
    _ type: Params.Type = Params.self
  ) throws(WireError) -> Params {
    try params.decode(type)
  }
}
