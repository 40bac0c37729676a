package import JSON

/// A JSON-RPC message, told apart by its members.
package enum Message: Equatable, Sendable {
  case request(id: RequestID, method: String, params: JSONValue)
  case notification(method: String, params: JSONValue)
  /// An answer to a request of ours; this kernel makes none, so it is logged and dropped.
  case response(id: JSONValue)

  /// A value that is no message, with the id to answer under, or nil for `null`.
  package struct Malformed: Error, Equatable, Sendable {
    package let id: RequestID?
    package let failure: ResponseFailure
  }

  /// - Parameter value: what one frame holds. Absent, `null` and `[]` params all become `{}`, since
  ///   clients send either for "none".
  package init(_ value: JSONValue) throws(Malformed) {
    guard case .object(let members) = value else {
      let isBatch = value.arrayValue != nil
      throw Malformed(
        id: nil,
        failure: .invalidRequest(
          isBatch ? "batches are not supported" : "a message is an object, found \(value.summary)"))
    }
    guard members["jsonrpc"] == "2.0" else {
      throw Malformed(id: nil, failure: .invalidRequest("\"jsonrpc\" must be \"2.0\""))
    }
    let id = members["id"].flatMap(RequestID.init)
    guard let method = members["method"] else {
      if members["result"] != nil || members["error"] != nil {
        self = .response(id: members["id"] ?? .null)
        return
      }
      throw Malformed(
        id: id, failure: .invalidRequest("a message has \"method\", \"result\" or \"error\""))
    }
    guard case .string(let method) = method else {
      throw Malformed(
        id: id,
        failure: .invalidRequest("\"method\" must be a string, found \(method.summary)"))
    }
    let params = Self.normalized(members["params"])
    guard let given = members["id"] else {
      self = .notification(method: method, params: params)
      return
    }
    guard let id else {
      throw Malformed(
        id: nil,
        failure: .invalidRequest("\"id\" must be a string or an integer, found \(given.summary)"))
    }
    self = .request(id: id, method: method, params: params)
  }

  private static func normalized(_ params: JSONValue?) -> JSONValue {
    switch params {
    case nil, .null, .array([]): [:]
    case .some(let params): params
    }
  }
}
