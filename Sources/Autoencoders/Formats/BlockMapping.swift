import JSON

/// The keys of a YAML document that is a block mapping, as PyYAML's `safe_dump` and people write
/// configurations: `key: value` at the left edge, a line each. What is indented below a key, or is
/// an item of a list, belongs to that key and is not read.
///
/// A subset of YAML 1.2 (https://yaml.org/spec/1.2.2): values are plain or quoted scalars of one
/// line. A value of any other form is refused when it is asked for, a line that is none of a block
/// mapping at once, by its number.
struct BlockMapping {
  let path: String
  private let values: [String: Value]

  /// What stands behind a key on its line, and whether more of it stands below.
  private struct Value {
    let text: Substring
    let line: Int
    var goesOn = false
  }

  /// A configuration is a few kilobytes; what is far larger is another file.
  private static let largestFile = 1 << 20

  /// Reads a whole file.
  init(path: String) throws(AutoencoderError) {
    let bytes: [UInt8]
    do { bytes = try JSONFile.bytes(at: path, limit: Self.largestFile) } catch {
      throw .configuration(path: path, reason: error.reason)
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw .configuration(path: path, reason: "not text in UTF-8")
    }
    try self.init(text: text, path: path)
  }

  init(text: String, path: String) throws(AutoencoderError) {
    var values: [String: Value] = [:]
    var last: String?
    let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }
    for (index, line) in lines.enumerated() {
      func failure(_ reason: String) -> AutoencoderError {
        .configuration(path: path, reason: "line \(index + 1): \(reason)")
      }
      guard let first = line.first(where: { !$0.isWhitespace }), first != "#" else { continue }
      if line == "---", values.isEmpty { continue }
      if line.first == " " || line == "-" || line.hasPrefix("- ") {
        guard let last else {
          throw failure("a key at the left edge, as in \"top_k: 48\", expected")
        }
        values[last]?.goesOn = true
        continue
      }
      guard let colon = Self.colon(in: line) else {
        throw failure("\"\(line.prefix(60))\", \"key: value\" expected")
      }
      let key = String(line[..<colon])
      guard !key.isEmpty, key.allSatisfy({ $0.isLetter || $0.isNumber || "_-.".contains($0) })
      else { throw failure("\"\(key.prefix(60))\" is no plain key") }
      guard values[key] == nil else { throw failure("key \(key) is there already") }
      values[key] = Value(text: line[line.index(after: colon)...], line: index + 1)
      last = key
    }
    (self.path, self.values) = (path, values)
  }

  /// A key's value as text; nil where the key is absent or its value null.
  func text(_ name: String) throws(AutoencoderError) -> String? {
    guard let value = values[name] else { return nil }
    guard !value.goesOn, let (text, isQuoted) = Self.scalar(value.text) else {
      let below = value.goesOn ? " and goes on below" : ""
      throw failure(
        "line \(value.line): the value of \(name) is \"\(value.text.prefix(60))\"\(below), a "
          + "text or a number on the same line expected")
    }
    return !isQuoted && ["", "~", "null"].contains(text) ? nil : text
  }

  /// A key's whole number from 1 on; nil where the key is absent or its value null.
  func count(_ name: String) throws(AutoencoderError) -> Int? {
    guard let text = try text(name) else { return nil }
    guard let count = Int(text), (1...Int(Int32.max)).contains(count), String(count) == text else {
      throw failure("key \(name) is \"\(text)\", a number from 1 to \(Int32.max) expected")
    }
    return count
  }

  func failure(_ reason: String) -> AutoencoderError {
    .configuration(path: path, reason: reason)
  }

  /// The colon that ends a key: one that a space follows, or nothing.
  private static func colon(in line: Substring) -> Substring.Index? {
    line.indices.first { index in
      guard line[index] == ":" else { return false }
      let next = line.index(after: index)
      return next == line.endIndex || line[next] == " "
    }
  }

  /// A scalar of one line without its quotes and its comment; nil for any other form.
  private static func scalar(_ written: Substring) -> (text: String, isQuoted: Bool)? {
    let value = trimmed(written)
    guard let quote = value.first, quote == "\"" || quote == "'" else {
      let plain = trimmed(value[..<(comment(in: value) ?? value.endIndex)])
      // What begins otherwise is a list, a reference, a tag or a text of several lines.
      let isOther = plain.first.map { "[]{}&*!|>%@`,?".contains($0) } ?? false
      return isOther || colon(in: plain) != nil ? nil : (String(plain), false)
    }
    var text = ""
    var rest = value.dropFirst()
    while let character = rest.popFirst() {
      if character == quote {
        guard quote == "'", rest.first == "'" else {
          let behind = trimmed(rest)
          return behind.isEmpty || behind.first == "#" && rest.first == " " ? (text, true) : nil
        }
        rest.removeFirst()
      } else if quote == "\"", character == "\\" {
        guard let escaped = rest.popFirst(), "\"\\/".contains(escaped) else { return nil }
        text.append(escaped)
        continue
      }
      text.append(character)
    }
    return nil
  }

  /// Where a comment begins: at a sign that a space precedes, or that comes first.
  private static func comment(in value: Substring) -> Substring.Index? {
    value.indices.first {
      value[$0] == "#" && ($0 == value.startIndex || value[value.index(before: $0)] == " ")
    }
  }

  private static func trimmed(_ text: Substring) -> Substring {
    var text = text
    while text.first == " " || text.first == "\t" { text.removeFirst() }
    while text.last == " " || text.last == "\t" { text.removeLast() }
    return text
  }
}
