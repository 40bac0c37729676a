internal import JSON

/// A value within a template, with Python's notions of truth and equality.
package enum TemplateValue: Sendable {
  case undefined(name: String)
  case none
  case bool(Bool)
  case integer(Int)
  case number(Double)
  case string(String)
  /// Text that is marked as escaped.
  case markup(String)
  case sequence(TemplateList)
  case dictionary(TemplateDictionary)
  /// One of the evaluation's namespaces, cyclers, joiners or macros, by its number.
  case namespace(Int)
  case cycler(Int)
  case joiner(Int)
  case macro(Int)
  case loop(TemplateLoopState)
  /// A function by its name.
  case function(String)
  /// A method that was taken from a value and not yet called.
  indirect case method(String, of: TemplateValue)
}

extension TemplateValue {
  package static func list(_ elements: [TemplateValue]) -> TemplateValue {
    .sequence(TemplateList(elements))
  }

  static func tuple(_ elements: [TemplateValue]) -> TemplateValue {
    .sequence(TemplateList(elements, kind: .tuple))
  }

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

  /// How deep lists and dictionaries nest in it.
  var depth: Int {
    switch self {
    case .sequence(let list): list.depth
    case .dictionary(let dictionary): dictionary.depth
    case .method(_, let value): value.depth
    default: 0
    }
  }

  var isUndefined: Bool { if case .undefined = self { true } else { false } }

  var isTrue: Bool {
    switch self {
    case .undefined, .none: false
    case .bool(let value): value
    case .integer(let value): value != 0
    case .number(let value): value != 0
    case .string(let value), .markup(let value): !value.isEmpty
    case .sequence(let list): !list.elements.isEmpty
    case .dictionary(let dictionary): !dictionary.pairs.isEmpty
    case .namespace, .cycler, .joiner, .macro, .loop, .function, .method: true
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

  /// The text of a value that is one.
  var asText: String? {
    switch self {
    case .string(let text), .markup(let text): text
    default: nil
    }
  }

  /// Without the mark of escaped text, which no comparison sees.
  var unmarked: TemplateValue { if case .markup(let text) = self { .string(text) } else { self } }

  /// What kind of value it is, for error messages.
  var kind: String {
    switch self {
    case .undefined(let name): "undefined (\(name))"
    case .none: "none"
    case .bool: "a boolean"
    case .integer, .number: "a number"
    case .string, .markup: "a string"
    case .sequence(let list): list.name
    case .dictionary: "a dictionary"
    case .namespace: "a namespace"
    case .cycler: "a cycler"
    case .joiner: "a joiner"
    case .loop: "a loop"
    case .macro, .function, .method: "a function"
    }
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
