package import JSON

/// The error member of a response.
package struct ResponseFailure: Error, Equatable, Sendable, CustomStringConvertible {
  package var code: Int
  package var message: String
  package var data: JSONValue?

  package init(code: Int, message: String, data: JSONValue? = nil) {
    self.code = code
    self.message = message
    self.data = data
  }

  package var description: String { message }

  package var json: JSONValue {
    var members: JSONObject = ["code": .integer(Int64(code)), "message": .string(message)]
    if let data { members["data"] = data }
    return .object(members)
  }
}

/// The codes of JSON-RPC 2.0 and of the Base Protocol 0.9 that this kernel sends.
package enum FailureCode {
  package static let parseError = -32700
  package static let invalidRequest = -32600
  package static let methodNotFound = -32601
  package static let invalidParams = -32602
  package static let internalError = -32603
  package static let notInitialized = -32002
  package static let cancelled = -32800
  package static let contentModified = -32801
  package static let requestFailed = -32803
}

extension ResponseFailure {
  package static func parseError(_ reason: String) -> ResponseFailure {
    ResponseFailure(code: FailureCode.parseError, message: reason)
  }

  package static func invalidRequest(_ reason: String) -> ResponseFailure {
    ResponseFailure(code: FailureCode.invalidRequest, message: reason)
  }

  package static func methodNotFound(_ method: String) -> ResponseFailure {
    ResponseFailure(
      code: FailureCode.methodNotFound, message: "there is no method \"\(method)\"")
  }

  /// Parameters of the wrong form; `data` names the path, as the message does.
  package static func invalidParams(_ error: WireError) -> ResponseFailure {
    var data: JSONObject = ["kind": "invalidParams"]
    switch error {
    case .mismatch(let path, let expected, _):
      data["path"] = .string(path)
      data["expected"] = .string(expected)
    case .missing(let path), .nonFinite(let path):
      data["path"] = .string(path)
    }
    return ResponseFailure(
      code: FailureCode.invalidParams, message: error.description, data: .object(data))
  }

  package static func internalError(_ reason: String) -> ResponseFailure {
    ResponseFailure(code: FailureCode.internalError, message: reason)
  }

  package static let notInitialized = ResponseFailure(
    code: FailureCode.notInitialized, message: "the first request must be \"initialize\"")

  package static let cancelled = ResponseFailure(
    code: FailureCode.cancelled, message: "cancelled by the client")

  package static let contentModified = ResponseFailure(
    code: FailureCode.contentModified, message: "the document has changed meanwhile")

  /// A failure of the domain: code -32803 with `data = {kind, message, retryable, hint?, …}`.
  package static func requestFailed(
    kind: String, message: String, retryable: Bool, hint: String? = nil,
    details: JSONObject = [:]
  ) -> ResponseFailure {
    var data = details
    data["kind"] = .string(kind)
    data["message"] = .string(message)
    data["retryable"] = .bool(retryable)
    if let hint { data["hint"] = .string(hint) }
    return ResponseFailure(
      code: FailureCode.requestFailed, message: message, data: .object(data))
  }
}
