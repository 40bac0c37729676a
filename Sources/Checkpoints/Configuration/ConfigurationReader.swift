package import JSON

/// Reads checked values from a configuration's object, naming the full key in every error.
package struct ConfigurationReader {
  /// Far above any model, far below any overflow of a product of three sizes.
  package static let sizeLimit = 1 << 20

  package let object: JSONObject
  /// The path of the object within the file, as `text_config.`; empty at the top.
  package let path: String

  package init(object: JSONObject, path: String) {
    self.object = object
    self.path = path
  }

  /// A size from 1 to `limit`; absent or null is `fallback`, the class's documented default.
  package func size(
    _ key: String, default fallback: Int?, limit: Int = sizeLimit
  ) throws(CheckpointError) -> Int {
    guard let value = object.present(key) else {
      guard let fallback else { throw error(key, nil, "an integer from 1") }
      return fallback
    }
    guard let size = value.plainInteger, (1...limit).contains(size) else {
      throw error(key, value, "an integer from 1 to \(limit)")
    }
    return size
  }

  /// A size, or nil where it is absent or null.
  package func optionalSize(_ key: String, limit: Int = sizeLimit) throws(CheckpointError) -> Int? {
    object.present(key) == nil ? nil : try size(key, default: nil, limit: limit)
  }

  /// A number above 0 that float32 holds, in which the formulas are computed.
  package func positive(_ key: String, default fallback: Double?) throws(CheckpointError) -> Double
  {
    guard let value = object.present(key) else {
      guard let fallback else { throw error(key, nil, "a number above 0") }
      return fallback
    }
    guard let number = value.numberValue, Float(number).isFinite, Float(number) > 0 else {
      throw error(key, value, "a finite number above 0 in float32")
    }
    return number
  }

  package func flag(_ key: String, default fallback: Bool) throws(CheckpointError) -> Bool {
    guard let value = object.present(key) else { return fallback }
    guard let flag = value.boolValue else { throw error(key, value, "true or false") }
    return flag
  }

  /// The text under the first of `keys` that is present and not null; nil where none is.
  package func text(_ keys: String...) throws(CheckpointError) -> String? {
    for key in keys {
      guard let value = object.present(key) else { continue }
      guard let text = value.stringValue else { throw error(key, value, "a string") }
      return text
    }
    return nil
  }

  /// The token id under the first of `keys` that is present and not null; nil where none is.
  package func token(_ keys: String...) throws(CheckpointError) -> Int? {
    for key in keys {
      guard let value = object.present(key) else { continue }
      guard let token = value.plainInteger, (0..<(1 << 31)).contains(token) else {
        throw error(key, value, "a token id")
      }
      return token
    }
    return nil
  }

  /// Token ids written as one integer or a list; nil where absent or null.
  package func tokens(_ key: String) throws(CheckpointError) -> [Int]? {
    guard let value = object.present(key) else { return nil }
    let elements = value.arrayValue ?? [value]
    var tokens: [Int] = []
    for element in elements {
      guard let token = element.plainInteger, (0..<(1 << 31)).contains(token) else {
        throw error(key, value, "a token id or a list of them")
      }
      tokens.append(token)
    }
    return tokens
  }

  /// One of an enumeration's values by its name.
  package func choice<Choice: RawRepresentable<String>>(
    _ key: String, of choices: [Choice], default fallback: Choice
  ) throws(CheckpointError) -> Choice {
    guard let name = try text(key) else { return fallback }
    guard let choice = choices.first(where: { $0.rawValue == name }) else {
      throw .unsupported(key: path + key, found: name, supported: choices.map(\.rawValue))
    }
    return choice
  }

  /// The object under `key`, or nil where it is absent or null.
  package func child(_ key: String) throws(CheckpointError) -> ConfigurationReader? {
    guard let value = object.present(key) else { return nil }
    guard let child = value.objectValue else { throw error(key, value, "an object") }
    return ConfigurationReader(object: child, path: "\(path)\(key).")
  }

  /// Height and width pairs, each side from 1 to 2^16.
  package func sizePairs(_ key: String) throws(CheckpointError) -> [ImageSize]? {
    guard let value = object.present(key) else { return nil }
    let expected = "a list of [height, width]"
    guard let elements = value.arrayValue, !elements.isEmpty else {
      throw error(key, value, expected)
    }
    var pairs: [ImageSize] = []
    for element in elements {
      guard let sides = element.arrayValue?.compactMap(\.plainInteger), sides.count == 2,
        element.arrayValue?.count == 2, sides.allSatisfy({ (1...65_536).contains($0) })
      else { throw error(key, element, expected) }
      pairs.append(ImageSize(height: sides[0], width: sides[1]))
    }
    return pairs
  }

  /// The value under `key` was understood as `found`, which does not suit the others.
  package func error(_ key: String, _ found: Int, _ expected: String) -> CheckpointError {
    .configuration(key: path + key, found: "\(found)", expected: expected)
  }

  package func error(_ key: String, _ found: JSONValue?, _ expected: String) -> CheckpointError {
    .configuration(key: path + key, found: found?.summary ?? "absent", expected: expected)
  }
}
