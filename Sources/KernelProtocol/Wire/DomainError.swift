package import JSON
package import JSONRPC

/// A failure that is no fault of the message's form: code −32803, told apart by its kind.
package struct DomainError: FailureConvertible, Sendable, Equatable, CustomStringConvertible {
  package var kind: Kind
  package var message: String
  /// What the client might do about it.
  package var hint: String?
  /// More members of `error.data`, as `neededBytes` and `availableBytes` of `outOfMemory`.
  package var details: JSONObject

  package init(
    _ kind: Kind, _ message: String, hint: String? = nil, details: JSONObject = [:]
  ) {
    self.kind = kind
    self.message = message
    self.hint = hint
    self.details = details
  }

  /// Too little memory for a request, found out beforehand.
  package static func outOfMemory(
    _ message: String, neededBytes: Int, availableBytes: Int, hint: String? = nil
  ) -> DomainError {
    DomainError(
      .outOfMemory, message, hint: hint,
      details: [
        "neededBytes": .integer(Int64(neededBytes)),
        "availableBytes": .integer(Int64(availableBytes)),
      ])
  }

  /// The error's own words and its hint, for people.
  package var description: String { hint.map { "\(message): \($0)" } ?? message }

  /// The error member of the response.
  package var failure: ResponseFailure {
    .requestFailed(
      kind: kind.rawValue, message: message, retryable: kind.isRetryable, hint: hint,
      details: details)
  }
}

extension DomainError.Kind {
  /// Whether the same request may succeed later without any change to it.
  package var isRetryable: Bool {
    switch self {
    case .busy, .deadlineExceeded, .outOfMemory: true
    default: false
    }
  }
}
