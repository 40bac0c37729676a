/// A JSON text as a value (RFC 8259).
///
/// Whole numbers that fit 64 bits stay integers, so that large ids and counts survive; every other
/// number is a finite `Double`. Of two members with one name the last wins. Members have no order;
/// they are written sorted by name.
package enum JSONValue: Sendable, Equatable {
  case null
  case bool(Bool)
  case integer(Int64)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])

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

  /// What an error message calls this value: `string "x"`, `integer 3`, `object`.
  package var summary: String {
    switch self {
    case .null: "null"
    case .bool(let flag): "boolean \(flag)"
    case .integer(let integer): "integer \(integer)"
    case .number(let number): "number \(number)"
    case .string(let string):
      string.count > 40 ? "string \"\(string.prefix(40))…\"" : "string \"\(string)\""
    case .array(let elements): "array of \(elements.count)"
    case .object: "object"
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
    self = .object(Dictionary(members) { _, last in last })
  }
}
