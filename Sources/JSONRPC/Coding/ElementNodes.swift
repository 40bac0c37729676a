internal import JSON

/// The elements of an array under construction.
struct ElementNodes: UnkeyedEncodingContainer {
  let node: EncodingNode
  let path: EncodingPath
  var codingPath: [any CodingKey] { path.keys }
  var count: Int { node.elementCount }

  func encodeNil() { node.element().set(.null) }
  func encode(_ value: Bool) { node.element().set(.bool(value)) }
  func encode(_ value: String) { node.element().set(.string(value)) }
  func encode(_ value: Double) throws {
    let inner = nextPath
    try node.element().set(value, path: inner)
  }
  func encode(_ value: Float) throws {
    let inner = nextPath
    try node.element().set(value, path: inner)
  }
  func encode(_ value: Int) { node.element().set(value) }
  func encode(_ value: Int8) { node.element().set(value) }
  func encode(_ value: Int16) { node.element().set(value) }
  func encode(_ value: Int32) { node.element().set(value) }
  func encode(_ value: Int64) { node.element().set(value) }
  func encode(_ value: UInt) { node.element().set(value) }
  func encode(_ value: UInt8) { node.element().set(value) }
  func encode(_ value: UInt16) { node.element().set(value) }
  func encode(_ value: UInt32) { node.element().set(value) }
  func encode(_ value: UInt64) { node.element().set(value) }
  func encode<Value: Encodable>(_ value: Value) throws {
    let inner = nextPath
    try node.element().encode(value, path: inner)
  }

  func nestedContainer<NestedKey: CodingKey>(
    keyedBy keyType: NestedKey.Type
  ) -> KeyedEncodingContainer<NestedKey> {
    nextEncoder().container(keyedBy: keyType)
  }

  func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
    nextEncoder().unkeyedContainer()
  }

  func superEncoder() -> any Encoder { nextEncoder() }

  private var nextPath: EncodingPath { path.appending(IndexKey(node.elementCount)) }

  private func nextEncoder() -> ValueEncoder {
    let inner = nextPath
    return ValueEncoder(node: node.element(), path: inner)
  }
}
