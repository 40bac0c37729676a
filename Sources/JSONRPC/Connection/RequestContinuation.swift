package import JSON

/// Thrown by a handler that goes on with a request on another lane: what it
/// did so far is not repeated.
package struct RequestContinuation: Error, CustomStringConvertible {
  let lane: Lane
  let answer: @Sendable (Call) throws -> JSONValue

  /// Nobody sees it: the connection takes the continuation up.
  package var description: String { "the request continues on another lane" }

  /// - Parameters:
  ///   - lane: the control, index or engine lane.
  ///   - answer: gives the result, or throws as the handler's `answer` may.
  package init(on lane: Lane, answer: @escaping @Sendable (Call) throws -> JSONValue) {
    self.lane = lane
    self.answer = answer
  }
}
