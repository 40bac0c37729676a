internal import JSON

/// A value within a template, with Python's notions of truth and text.
package enum TemplateValue: Sendable {
  case undefined(name: String)
  case none
  case bool(Bool)
  case integer(Int)
  case number(Double)
  case string(String)
  case list([TemplateValue])
  case dictionary(TemplateDictionary)
  /// One of the evaluation's namespaces, by its number.
  case namespace(Int)
  /// A function by its name.
  case function(String)
}

/// Keys and values in the order in which the keys came.
package struct TemplateDictionary: Sendable {
  package private(set) var pairs: [(key: String, value: TemplateValue)] = []
  private var indices: [String: Int] = [:]

  package init(_ pairs: [(String, TemplateValue)] = []) {
    for (key, value) in pairs { self[key] = value }
  }

  package subscript(key: String) -> TemplateValue? {
    get { indices[key].map { pairs[$0].value } }
    set {
      guard let newValue else { return }
      if let index = indices[key] {
        pairs[index].value = newValue
      } else {
        indices[key] = pairs.count
        pairs.append((key, newValue))
      }
    }
  }
}

extension TemplateValue {
  init(_ json: JSONValue) {
    switch json {
    case .null: self = .none
    case .bool(let value): self = .bool(value)
    case .integer(let value): self = .integer(Int(value))
    case .number(let value): self = .number(value)
    case .string(let value): self = .string(value)
    case .array(let values): self = .list(values.map { TemplateValue($0) })
    case .object(let object):
      self = .dictionary(
        TemplateDictionary(object.members.map { ($0.name, TemplateValue($0.value)) }))
    }
  }

  var isTrue: Bool {
    switch self {
    case .undefined, .none: false
    case .bool(let value): value
    case .integer(let value): value != 0
    case .number(let value): value != 0
    case .string(let value): !value.isEmpty
    case .list(let values): !values.isEmpty
    case .dictionary(let dictionary): !dictionary.pairs.isEmpty
    case .namespace, .function: true
    }
  }

  /// As Python's arithmetic sees it: true is 1.
  var asInteger: Int? {
    switch self {
    case .integer(let value): value
    case .bool(let value): value ? 1 : 0
    default: nil
    }
  }

  var asNumber: Double? {
    if case .number(let value) = self { return value }
    return asInteger.map(Double.init)
  }

  /// What kind of value it is, for error messages.
  var kind: String {
    switch self {
    case .undefined(let name): "undefined (\(name))"
    case .none: "none"
    case .bool: "a boolean"
    case .integer, .number: "a number"
    case .string: "a string"
    case .list: "a list"
    case .dictionary: "a dictionary"
    case .namespace: "a namespace"
    case .function: "a function"
    }
  }

  /// Python's `str`.
  var text: String {
    switch self {
    case .undefined: ""
    case .string(let value): value
    default: representation
    }
  }

  /// Python's `repr`.
  private var representation: String {
    switch self {
    case .undefined: "Undefined"
    case .none: "None"
    case .bool(let value): value ? "True" : "False"
    case .integer(let value): "\(value)"
    case .number(let value): "\(value)"
    case .string(let value): Self.quoted(value)
    case .list(let values): "[\(values.map(\.representation).joined(separator: ", "))]"
    case .dictionary(let dictionary):
      "{"
        + dictionary.pairs.map { "\(Self.quoted($0.key)): \($0.value.representation)" }
        .joined(separator: ", ") + "}"
    case .namespace: "<Namespace>"
    case .function(let name): "<function \(name)>"
    }
  }

  private static func quoted(_ text: String) -> String {
    let quote: Unicode.Scalar = text.contains("'") && !text.contains("\"") ? "\"" : "'"
    var result = String.UnicodeScalarView([quote])
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\n": result.append(contentsOf: "\\n".unicodeScalars)
      case "\t": result.append(contentsOf: "\\t".unicodeScalars)
      case "\r": result.append(contentsOf: "\\r".unicodeScalars)
      case "\\", quote: result.append(contentsOf: ["\\", scalar])
      default: result.append(scalar)
      }
    }
    result.append(quote)
    return String(result)
  }

  func equals(_ other: TemplateValue) -> Bool {
    switch (self, other) {
    case (.undefined, .undefined), (.none, .none): return true
    case (.string(let left), .string(let right)): return left.utf8.elementsEqual(right.utf8)
    case (.list(let left), .list(let right)):
      return left.count == right.count && zip(left, right).allSatisfy { $0.equals($1) }
    case (.dictionary(let left), .dictionary(let right)):
      return left.pairs.count == right.pairs.count
        && left.pairs.allSatisfy { right[$0.key]?.equals($0.value) ?? false }
    default:
      if let left = asInteger, let right = other.asInteger { return left == right }
      if let left = asNumber, let right = other.asNumber { return left == right }
      return false
    }
  }

  /// Python's `json.dumps` without escaping what is not ASCII; `indent` nil is one line.
  func json(indent: Int?, level: Int = 0) -> String? {
    switch self {
    case .none: return "null"
    case .bool(let value): return value ? "true" : "false"
    case .integer(let value): return "\(value)"
    case .number(let value): return value.isFinite ? "\(value)" : nil
    case .string(let value): return JSONWriter.quoted(value)
    case .list(let values):
      return Self.bracketed(
        values.map { $0.json(indent: indent, level: level + 1) }, "[", "]", indent, level)
    case .dictionary(let dictionary):
      return Self.bracketed(
        dictionary.pairs.map { pair in
          pair.value.json(indent: indent, level: level + 1)
            .map { "\(JSONWriter.quoted(pair.key)): \($0)" }
        }, "{", "}", indent, level)
    case .undefined, .namespace, .function: return nil
    }
  }

  private static func bracketed(
    _ parts: [String?], _ open: String, _ close: String, _ indent: Int?, _ level: Int
  ) -> String? {
    let known = parts.compactMap { $0 }
    guard known.count == parts.count else { return nil }
    guard let indent, !known.isEmpty else {
      return open + known.joined(separator: ", ") + close
    }
    let inner = "\n" + String(repeating: " ", count: indent * (level + 1))
    let outer = "\n" + String(repeating: " ", count: indent * level)
    return open + inner + known.joined(separator: "," + inner) + outer + close
  }
}

extension TemplateValue {
  /// The value of a JSON text, for variables such as `tools`. Throws `.malformed`.
  package init(json: [UInt8]) throws(TokenizationError) {
    do { self.init(try JSONValue(parsing: json, limits: .file)) } catch {
      throw .malformed(what: "template variable", reason: "\(error)")
    }
  }
}
