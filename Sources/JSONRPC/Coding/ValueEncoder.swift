internal import JSON

/// Builds a `JSONValue` from a typed value.
struct ValueEncoder: Encoder {
  let node: EncodingNode
  let path: EncodingPath
  var codingPath: [any CodingKey] { path.keys }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    node.beginObject()
    return KeyedEncodingContainer(KeyedNodes<Key>(node: node, path: path))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    node.beginArray()
    return ElementNodes(node: node, path: path)
  }

  func singleValueContainer() -> any SingleValueEncodingContainer {
    SingleNode(node: node, path: path)
  }
}

private struct SingleNode: SingleValueEncodingContainer {
  let node: EncodingNode
  let path: EncodingPath
  var codingPath: [any CodingKey] { path.keys }

  func encodeNil() { node.set(.null) }
  func encode(_ value: Bool) { node.set(.bool(value)) }
  func encode(_ value: String) { node.set(.string(value)) }
  func encode(_ value: Double) throws { try node.set(value, path: path) }
  func encode(_ value: Float) throws { try node.set(value, path: path) }
  func encode(_ value: Int) { node.set(value) }
  func encode(_ value: Int8) { node.set(value) }
  func encode(_ value: Int16) { node.set(value) }
  func encode(_ value: Int32) { node.set(value) }
  func encode(_ value: Int64) { node.set(value) }
  func encode(_ value: UInt) { node.set(value) }
  func encode(_ value: UInt8) { node.set(value) }
  func encode(_ value: UInt16) { node.set(value) }
  func encode(_ value: UInt32) { node.set(value) }
  func encode(_ value: UInt64) { node.set(value) }
  func encode<Value: Encodable>(_ value: Value) throws { try node.encode(value, path: path) }
}
