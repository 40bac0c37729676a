internal import JSON

/// Where in a value an encoder or decoder stands: `params.at[0].span`.
struct EncodingPath: CustomStringConvertible {
  let root: String
  var keys: [any CodingKey]

  func appending(_ key: any CodingKey) -> EncodingPath {
    EncodingPath(root: root, keys: keys + [key])
  }

  var description: String {
    keys.reduce(into: root) { text, key in
      if let index = key.intValue { text += "[\(index)]" } else { text += ".\(key.stringValue)" }
    }
  }
}

/// The key of an array's element.
struct IndexKey: CodingKey {
  let index: Int
  init(_ index: Int) { self.index = index }
  init?(intValue: Int) { index = intValue }
  init?(stringValue: String) { return nil }
  var intValue: Int? { index }
  var stringValue: String { String(index) }
}
