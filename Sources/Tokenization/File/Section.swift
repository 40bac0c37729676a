internal import JSON

/// An object of a tokenizer's file with its name for error messages: the way to it, as
/// `pre_tokenizer.pretokenizers[1].pattern`.
struct Section {
  let object: JSONObject
  let name: String
  private let isFile: Bool

  init(
    _ value: JSONValue, name: String, isFile: Bool = false
  ) throws(TokenizationError) {
    guard let object = value.objectValue else {
      throw .malformed(what: name, reason: "found \(value.summary), expected an object")
    }
    self.object = object
    self.name = name
    self.isFile = isFile
  }

  func child(_ key: String) throws(TokenizationError) -> Section {
    try Section(required(key), name: path(key))
  }

  /// Nil where `key` is absent or null.
  func optionalChild(_ key: String) throws(TokenizationError) -> Section? {
    guard let value = object.present(key) else { return nil }
    return try Section(value, name: path(key))
  }

  func children(_ key: String) throws(TokenizationError) -> [Section] {
    var sections: [Section] = []
    for (index, value) in try array(key).enumerated() {
      sections.append(try Section(value, name: path("\(key)[\(index)]")))
    }
    return sections
  }

  /// The way to what stands under a key; the file itself is on none.
  func path(_ key: String) -> String { isFile ? key : "\(name).\(key)" }

  func array(_ key: String) throws(TokenizationError) -> [JSONValue] {
    let value = try required(key)
    guard let array = value.arrayValue else { throw wrong(key, value, "an array") }
    return array
  }

  func text(_ key: String) throws(TokenizationError) -> String {
    let value = try required(key)
    guard let text = value.stringValue else { throw wrong(key, value, "a string") }
    return text
  }

  func optionalText(_ key: String) throws(TokenizationError) -> String? {
    object.present(key) == nil ? nil : try text(key)
  }

  func flag(_ key: String, default fallback: Bool) throws(TokenizationError) -> Bool {
    guard let value = object.present(key) else { return fallback }
    guard let flag = value.boolValue else { throw wrong(key, value, "true or false") }
    return flag
  }

  /// A small count from 0.
  func count(_ key: String) throws(TokenizationError) -> Int {
    let value = try required(key)
    guard let count = value.plainInteger, (0...1024).contains(count) else {
      throw wrong(key, value, "an integer from 0 to 1024")
    }
    return count
  }

  private func required(_ key: String) throws(TokenizationError) -> JSONValue {
    guard let value = object[key] else {
      throw .malformed(what: name, reason: "it has no \(key)")
    }
    return value
  }

  private func wrong(_ key: String, _ found: JSONValue, _ expected: String) -> TokenizationError {
    .malformed(what: name, reason: "\(key) is \(found.summary), expected \(expected)")
  }
}
