internal import JSON

/// A value under construction. Containers are references, since Swift's `Encoder` hands them out
/// before they are filled.
final class EncodingNode {
  private enum Content {
    case empty
    case value(JSONValue)
    case object([String: EncodingNode])
    case array([EncodingNode])
  }

  private var content = Content.empty

  /// What was encoded; an empty object where nothing was.
  var value: JSONValue {
    switch content {
    case .empty: .object([:])
    case .value(let value): value
    case .object(let members): .object(JSONObject(members.mapValues(\.value)))
    case .array(let elements): .array(elements.map(\.value))
    }
  }

  var elementCount: Int {
    guard case .array(let elements) = content else { return 0 }
    return elements.count
  }

  func beginObject() {
    if case .object = content { return }
    content = .object([:])
  }

  func beginArray() {
    if case .array = content { return }
    content = .array([])
  }

  func member(_ name: String) -> EncodingNode {
    let node = EncodingNode()
    if case .object(var members) = content {
      content = .empty
      members[name] = node
      content = .object(members)
    } else {
      content = .object([name: node])
    }
    return node
  }

  func element() -> EncodingNode {
    let node = EncodingNode()
    if case .array(var elements) = content {
      content = .empty
      elements.append(node)
      content = .array(elements)
    } else {
      content = .array([node])
    }
    return node
  }

  func set(_ value: JSONValue) { content = .value(value) }

  // MARK: Scalars

  func set(_ number: Double, path: EncodingPath) throws(WireError) {
    guard number.isFinite else { throw .nonFinite(path: path.description) }
    set(.number(number))
  }

  /// Written with the digits that single precision needs: 0.1, not 0.10000000149011612.
  func set(_ number: Float, path: EncodingPath) throws(WireError) {
    try set(Double(shortest: number), path: path)
  }

  func set<Integer: FixedWidthInteger>(_ integer: Integer) {
    if let plain = Int64(exactly: integer), plain.magnitude <= UInt64(largestPlainInteger) {
      set(.integer(plain))
    } else {
      set(.string(String(integer)))
    }
  }

  func encode(_ value: some Encodable, path: EncodingPath) throws {
    if let own = value as? JSONValue {
      set(own)
    } else {
      try value.encode(to: ValueEncoder(node: self, path: path))
    }
  }
}

extension Double {
  /// The double nearest to the shortest decimal that reads back as this single-precision number,
  /// so that a result carries no digits that the model never had.
  package init(shortest single: Float) {
    self = Double(single.description) ?? Double(single)
  }
}
