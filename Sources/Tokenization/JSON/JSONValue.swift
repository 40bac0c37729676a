/// A parsed JSON text. Objects keep the order of their members.
enum JSONValue: Sendable, Equatable {
  case null
  case bool(Bool)
  /// A number written without fraction or exponent that fits an `Int`.
  case integer(Int)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object(JSONObject)

  /// Parses `bytes` (RFC 8259, UTF-8, nothing after the value, depth at most 128).
  init(parsing bytes: [UInt8]) throws(JSONSyntaxError) {
    var parser = JSONParser(bytes: bytes)
    self = try parser.parseText()
  }

  var string: String? { if case .string(let value) = self { value } else { nil } }
  var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
  var integer: Int? { if case .integer(let value) = self { value } else { nil } }
  var array: [JSONValue]? { if case .array(let value) = self { value } else { nil } }
  var object: JSONObject? { if case .object(let value) = self { value } else { nil } }
  var isNull: Bool { self == .null }

  /// The value as a floating-point number, integers included.
  var double: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }

  /// A short description for error messages: the value itself if small, else its kind.
  var summary: String {
    switch self {
    case .null: "null"
    case .bool(let value): "\(value)"
    case .integer(let value): "\(value)"
    case .number(let value): "\(value)"
    case .string(let value): "\"\(value.prefix(60))\""
    case .array(let values): "an array of \(values.count)"
    case .object(let object): "an object of \(object.members.count) members"
    }
  }
}

/// A JSON object: its members in the order of the file.
struct JSONObject: Sendable, Equatable {
  struct Member: Sendable, Equatable {
    let key: String
    let value: JSONValue
  }

  var members: [Member] = []

  /// The value under `key`; of several, the last, as Python's reader has it.
  subscript(key: String) -> JSONValue? {
    members.last { $0.key == key }?.value
  }

  /// The value under `key` unless it is absent or null.
  func present(_ key: String) -> JSONValue? {
    guard let value = self[key], !value.isNull else { return nil }
    return value
  }
}
