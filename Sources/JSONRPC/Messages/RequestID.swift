package import JSON

/// The id of a request: a string or a whole number, echoed with the same JSON type.
package enum RequestID: Hashable, Sendable, CustomStringConvertible {
  case integer(Int64)
  case string(String)

  /// The id as found in a message; nil for null, fractions and every other type.
  package init?(_ value: JSONValue) {
    if let string = value.stringValue {
      self = .string(string)
    } else if let integer = value.integerValue {
      self = .integer(integer)
    } else {
      return nil
    }
  }

  package var json: JSONValue {
    switch self {
    case .integer(let integer): .integer(integer)
    case .string(let string): .string(string)
    }
  }

  package var description: String {
    switch self {
    case .integer(let integer): String(integer)
    case .string(let string): "\"\(string)\""
    }
  }
}
