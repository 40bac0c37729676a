internal import JSON

/// Reads typed values out of a `JSONValue`.
struct ValueDecoder: Decoder {
  let value: JSONValue
  let path: EncodingPath
  var codingPath: [any CodingKey] { path.keys }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  init(_ value: JSONValue, path: EncodingPath) {
    self.value = value
    self.path = path
  }

  func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    guard case .object(let members) = value else { throw mismatch("object") }
    return KeyedDecodingContainer(KeyedValues<Key>(members: members, path: path))
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
    guard case .array(let elements) = value else { throw mismatch("array") }
    return ElementValues(elements: elements, path: path)
  }

  func singleValueContainer() throws -> any SingleValueDecodingContainer {
    SingleValue(decoder: self)
  }

  func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
    if let own = value as? Value, type == JSONValue.self { return own }
    return try Value(from: self)
  }

  func mismatch(_ expected: String) -> WireError {
    .mismatch(path: path.description, expected: expected, found: value.summary)
  }

  // MARK: Scalars

  func bool() throws(WireError) -> Bool {
    guard case .bool(let flag) = value else { throw mismatch("boolean") }
    return flag
  }

  func string() throws(WireError) -> String {
    guard case .string(let string) = value else { throw mismatch("string") }
    return string
  }

  func double() throws(WireError) -> Double {
    switch value {
    case .integer(let integer): return Double(integer)
    case .number(let number): return number
    default: throw mismatch("number")
    }
  }

  func float() throws(WireError) -> Float {
    let float = Float(try double())
    guard float.isFinite else { throw mismatch("number in single precision") }
    return float
  }

  /// Whole numbers in any spelling; those beyond 2^53 also as a string of digits.
  func integer<Integer: FixedWidthInteger>(_ type: Integer.Type) throws(WireError) -> Integer {
    switch value {
    case .integer(let integer):
      if let exact = Integer(exactly: integer) { return exact }
    case .number(let number):
      if let exact = Integer(exactly: number) { return exact }
    case .string(let digits):
      if let large = Integer(digits), large.magnitude > Integer.Magnitude(clamping: 1 << 53) {
        return large
      }
    default: break
    }
    throw mismatch(Integer.isSigned ? "integer" : "integer ≥ 0")
  }
}

private struct SingleValue: SingleValueDecodingContainer {
  let decoder: ValueDecoder
  var codingPath: [any CodingKey] { decoder.codingPath }

  func decodeNil() -> Bool { decoder.value == .null }
  func decode(_ type: Bool.Type) throws -> Bool { try decoder.bool() }
  func decode(_ type: String.Type) throws -> String { try decoder.string() }
  func decode(_ type: Double.Type) throws -> Double { try decoder.double() }
  func decode(_ type: Float.Type) throws -> Float { try decoder.float() }
  func decode(_ type: Int.Type) throws -> Int { try decoder.integer(type) }
  func decode(_ type: Int8.Type) throws -> Int8 { try decoder.integer(type) }
  func decode(_ type: Int16.Type) throws -> Int16 { try decoder.integer(type) }
  func decode(_ type: Int32.Type) throws -> Int32 { try decoder.integer(type) }
  func decode(_ type: Int64.Type) throws -> Int64 { try decoder.integer(type) }
  func decode(_ type: UInt.Type) throws -> UInt { try decoder.integer(type) }
  func decode(_ type: UInt8.Type) throws -> UInt8 { try decoder.integer(type) }
  func decode(_ type: UInt16.Type) throws -> UInt16 { try decoder.integer(type) }
  func decode(_ type: UInt32.Type) throws -> UInt32 { try decoder.integer(type) }
  func decode(_ type: UInt64.Type) throws -> UInt64 { try decoder.integer(type) }
  func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try decoder.decode(type) }
}
