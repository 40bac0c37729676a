/// A JSON text as a value (RFC 8259).
///
/// Whole numbers that fit 64 bits stay integers, so that large ids and counts survive; every other
/// number is a finite `Double`. Objects keep the order of their members.
package enum JSONValue: Sendable, Equatable {
  case null
  case bool(Bool)
  case integer(Int64)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object(JSONObject)

  /// The member of an object, or nil where there is none or this is no object.
  package subscript(name: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members[name]
  }

  /// The whole number this is, also when it is spelt `1.0` or `1e3`.
  package var integerValue: Int64? {
    switch self {
    case .integer(let integer): integer
    case .number(let number): Int64(exactly: number)
    default: nil
    }
  }

  /// The integer this is, as it is written: `1.0` and `1e3` are none.
  package var plainInteger: Int? {
    guard case .integer(let integer) = self else { return nil }
    return Int(exactly: integer)
  }

  /// The number this is, integers included.
  package var numberValue: Double? {
    switch self {
    case .integer(let integer): Double(integer)
    case .number(let number): number
    default: nil
    }
  }

  package var isNull: Bool {
    if case .null = self { true } else { false }
  }

  /// The truth value this is.
  package var boolValue: Bool? {
    guard case .bool(let flag) = self else { return nil }
    return flag
  }

  /// The string this is.
  package var stringValue: String? {
    guard case .string(let string) = self else { return nil }
    return string
  }

  /// The elements of the array this is.
  package var arrayValue: [JSONValue]? {
    guard case .array(let elements) = self else { return nil }
    return elements
  }

  /// The members of the object this is.
  package var objectValue: JSONObject? {
    guard case .object(let object) = self else { return nil }
    return object
  }

  /// What an error message calls this value: `string "x"`, `integer 3`, `array [1, 2]`, `object`.
  package var summary: String {
    switch self {
    case .null: "null"
    case .bool(let flag): "boolean \(flag)"
    case .integer(let integer): "integer \(integer)"
    case .number(let number): "number \(number)"
    case .string(let string):
      string.count > 40 ? "string \"\(string.prefix(40))…\"" : "string \"\(string)\""
    case .array(let elements): Self.summary(of: elements)
    case .object: "object"
    }
  }

  /// A few plain values themselves, of others how many there are.
  private static func summary(of elements: [JSONValue]) -> String {
    let shown = elements.prefix(4).compactMap(\.plainText)
    return elements.isEmpty || shown.count < elements.count
      ? "array of \(elements.count)" : "array [\(shown.joined(separator: ", "))]"
  }

  /// A value that is neither array nor object, nor a long text.
  private var plainText: String? {
    switch self {
    case .null: "null"
    case .bool(let flag): "\(flag)"
    case .integer(let integer): "\(integer)"
    case .number(let number): "\(number)"
    case .string(let string): string.count > 20 ? nil : "\"\(string)\""
    case .array, .object: nil
    }
  }
}

extension JSONValue: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByStringLiteral,
  ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  package init(nilLiteral: ()) { self = .null }
  package init(booleanLiteral value: Bool) { self = .bool(value) }
  package init(integerLiteral value: Int64) { self = .integer(value) }
  package init(floatLiteral value: Double) { self = .number(value) }
  package init(stringLiteral value: String) { self = .string(value) }
  package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  package init(dictionaryLiteral members: (String, JSONValue)...) {
    self = .object(JSONObject(members.map { JSONObject.Member(name: $0.0, value: $0.1) }))
  }
}
