internal import JSON

extension JSONValue {
  /// The JSON form of a typed value. Numbers that are not finite are refused, and integers beyond
  /// 2^53, which many clients would round, become strings.
  /// - Throws: `WireError` naming the path.
  package init(encoding value: some Encodable, path: String = "result") throws {
    let root = EncodingNode()
    try root.encode(value, path: EncodingPath(root: path, keys: []))
    self = root.value
  }

  /// Reads a typed value. Unknown members are ignored.
  /// - Throws: `WireError` naming the path, what was expected and what was found.
  package func decode<Value: Decodable>(
    _ type: Value.Type = Value.self, path: String = "params"
  ) throws(WireError) -> Value {
    do {
      return try ValueDecoder(self, path: EncodingPath(root: path, keys: [])).decode(type)
    } catch let error as WireError {
      throw error
    } catch let error as DecodingError {
      throw error.wireError(root: path, value: self)
    } catch {
      throw .mismatch(path: path, expected: "\(type)", found: "\(error)")
    }
  }
}

/// The magnitude up to which every integer is a double, and so safe in any client.
let largestPlainInteger: Int64 = 1 << 53

extension DecodingError {
  /// What other types' own decoding says, put in this module's words.
  fileprivate func wireError(root: String, value: JSONValue) -> WireError {
    switch self {
    case .keyNotFound(let key, let context):
      .missing(path: EncodingPath(root: root, keys: context.codingPath + [key]).description)
    case .typeMismatch(let type, let context), .valueNotFound(let type, let context):
      .mismatch(
        path: EncodingPath(root: root, keys: context.codingPath).description,
        expected: "\(type)", found: context.debugDescription)
    case .dataCorrupted(let context):
      .mismatch(
        path: EncodingPath(root: root, keys: context.codingPath).description,
        expected: "a valid value", found: context.debugDescription)
    @unknown default: .mismatch(path: root, expected: "a valid value", found: value.summary)
    }
  }
}
