internal import JSON

/// The members that every method's params may carry; the connection reads them, not the method.
package struct RequestOptions: Codable, Equatable, Sendable {
  /// Progress is reported under this token.
  package var workDoneToken: ProgressToken?
  /// Items of the result are sent under this token as they are found.
  package var partialResultToken: ProgressToken?
  /// The request fails with kind `deadlineExceeded` this many milliseconds after its arrival.
  package var deadlineMs: Int?

  package init(
    workDoneToken: ProgressToken? = nil, partialResultToken: ProgressToken? = nil,
    deadlineMs: Int? = nil
  ) {
    self.workDoneToken = workDoneToken
    self.partialResultToken = partialResultToken
    self.deadlineMs = deadlineMs
  }

  init(params: JSONValue) throws(WireError) {
    self = try params.decode(RequestOptions.self)
    if let deadlineMs, deadlineMs <= 0 {
      throw .mismatch(
        path: "params.deadlineMs", expected: "integer > 0", found: "integer \(deadlineMs)")
    }
  }
}

/// What a client calls a stream of progress: a string or a whole number.
package struct ProgressToken: Codable, Hashable, Sendable {
  package let id: RequestID

  package init(_ id: RequestID) { self.id = id }

  package init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer().decode(JSONValue.self)
    guard let id = RequestID(value) else {
      throw decoder.wireMismatch(expected: "string or integer")
    }
    self.id = id
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(id.json)
  }
}
