internal import JSON

/// The members of an object under construction.
struct KeyedNodes<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let node: EncodingNode
  let path: EncodingPath
  var codingPath: [any CodingKey] { path.keys }

  func encodeNil(forKey key: Key) { member(key).set(.null) }
  func encode(_ value: Bool, forKey key: Key) { member(key).set(.bool(value)) }
  func encode(_ value: String, forKey key: Key) { member(key).set(.string(value)) }
  func encode(_ value: Double, forKey key: Key) throws {
    try member(key).set(value, path: path.appending(key))
  }
  func encode(_ value: Float, forKey key: Key) throws {
    try member(key).set(value, path: path.appending(key))
  }
  func encode(_ value: Int, forKey key: Key) { member(key).set(value) }
  func encode(_ value: Int8, forKey key: Key) { member(key).set(value) }
  func encode(_ value: Int16, forKey key: Key) { member(key).set(value) }
  func encode(_ value: Int32, forKey key: Key) { member(key).set(value) }
  func encode(_ value: Int64, forKey key: Key) { member(key).set(value) }
  func encode(_ value: UInt, forKey key: Key) { member(key).set(value) }
  func encode(_ value: UInt8, forKey key: Key) { member(key).set(value) }
  func encode(_ value: UInt16, forKey key: Key) { member(key).set(value) }
  func encode(_ value: UInt32, forKey key: Key) { member(key).set(value) }
  func encode(_ value: UInt64, forKey key: Key) { member(key).set(value) }
  func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
    try member(key).encode(value, path: path.appending(key))
  }

  func nestedContainer<NestedKey: CodingKey>(
    keyedBy type: NestedKey.Type, forKey key: Key
  ) -> KeyedEncodingContainer<NestedKey> {
    encoder(key).container(keyedBy: type)
  }

  func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
    encoder(key).unkeyedContainer()
  }

  func superEncoder() -> any Encoder { ValueEncoder(node: node, path: path) }
  func superEncoder(forKey key: Key) -> any Encoder { encoder(key) }

  private func member(_ key: Key) -> EncodingNode { node.member(key.stringValue) }

  private func encoder(_ key: Key) -> ValueEncoder {
    ValueEncoder(node: member(key), path: path.appending(key))
  }
}
