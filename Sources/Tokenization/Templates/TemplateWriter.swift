/// Writes values as Python's `str`, `repr` and `json.dumps` do. Every piece is paid for: a value
/// that holds another twice, and that one a third twice, is small until it is written.
struct TemplateWriter {
  private(set) var text = ""
  /// Those being written, which may hold themselves.
  private var namespaces: Set<Int> = []
  private let evaluator: TemplateEvaluator

  init(_ evaluator: TemplateEvaluator) { self.evaluator = evaluator }

  private mutating func write(_ piece: String) throws(TokenizationError) {
    try evaluator.spend(bytes: piece.utf8.count)
    text += piece
    try evaluator.requireSize(text.utf8.count)
  }

  // MARK: repr

  /// Python's `repr`.
  mutating func write(_ value: TemplateValue) throws(TokenizationError) {
    switch value {
    case .undefined: try write("Undefined")
    case .none: try write("None")
    case .bool(let value): try write(value ? "True" : "False")
    case .integer(let value): try write("\(value)")
    case .number(let value): try write(TemplateText.number(value))
    case .string(let value): try write(TemplateText.quoted(value))
    case .markup(let value): try write("Markup(\(TemplateText.quoted(value)))")
    case .sequence(let list):
      try write(list)
    case .dictionary(let dictionary): try write(dictionary)
    case .namespace(let number):
      guard namespaces.insert(number).inserted else {
        try write("<Namespace {...}>")
        return
      }
      try evaluator.enter()
      defer { evaluator.leave() }
      try write("<Namespace ")
      try write(evaluator.namespaces[number])
      try write(">")
      namespaces.remove(number)
    case .cycler, .joiner, .macro, .loop, .function, .method:
      try write(name(of: value))
    }
  }

  /// What Python writes for what has no value to show. Where that tells a place in memory, the
  /// place is 0: a prompt depends on nothing but what it is made of.
  private func name(of value: TemplateValue) throws(TokenizationError) -> String {
    let module = "transformers.utils.chat_template_utils._cached_compile_jinja_template.<locals>"
    switch value {
    case .cycler: return "<jinja2.utils.Cycler object at 0x0>"
    case .joiner: return "<jinja2.utils.Joiner object at 0x0>"
    case .macro(let number):
      return "<Macro \(TemplateText.quoted(evaluator.macros[number].definition.name))>"
    case .loop(let state): return "<LoopContext \(state.index + 1)/\(state.items.count)>"
    case .function("cycler"): return "<class 'jinja2.utils.Cycler'>"
    case .function("joiner"): return "<class 'jinja2.utils.Joiner'>"
    case .function("namespace"): return "<class '\(module).TemplateNamespace'>"
    case .function("dict"): return "<\(module).TemplateDict object at 0x0>"
    case .function("range"): return "<function safe_range at 0x0>"
    case .function(let name):
      return "<function _cached_compile_jinja_template.<locals>.\(name) at 0x0>"
    case .method(let name, of: .loop(let state)):
      return "<bound method LoopContext.\(name) of \(try self.name(of: .loop(state)))>"
    case .method(let name, of: .cycler(let number)):
      return "<bound method Cycler.\(name) of \(try self.name(of: .cycler(number)))>"
    case .method(let name, let owner):
      let type =
        switch owner {
        case .dictionary: "dict"
        case .sequence(let list): list.isTuple ? "tuple" : "list"
        default: "str"
        }
      return "<built-in method \(name) of \(type) object at 0x0>"
    default: throw evaluator.failure("\(value.kind) cannot be written as text")
    }
  }

  private mutating func write(_ list: TemplateList) throws(TokenizationError) {
    switch list.kind {
    case .list: try write(list.elements, "[", "]")
    case .tuple, .group: try write(list.elements, "(", list.elements.count == 1 ? ",)" : ")")
    case .view(let name): try write(list.elements, name + "([", "])")
    case .range(let start, let end, let step):
      try write("range(\(start), \(end)\(step == 1 ? "" : ", \(step)"))")
    }
  }

  private mutating func write(
    _ elements: [TemplateValue], _ open: String, _ close: String
  ) throws(TokenizationError) {
    try write(open)
    for (index, element) in elements.enumerated() {
      if index > 0 { try write(", ") }
      try write(element)
    }
    try write(close)
  }

  private mutating func write(_ dictionary: TemplateDictionary) throws(TokenizationError) {
    try write("{")
    for (index, pair) in dictionary.pairs.enumerated() {
      if index > 0 { try write(", ") }
      try write(pair.key)
      try write(": ")
      try write(pair.value)
    }
    try write("}")
  }

  // MARK: JSON

  struct JSONStyle {
    var indent: String?
    var itemSeparator: String
    var keySeparator: String
    var escapesNonASCII: Bool
    var sortsKeys: Bool
  }

  /// Python's `json.dumps`.
  mutating func writeJSON(
    _ value: TemplateValue, _ style: JSONStyle, level: Int = 0
  ) throws(TokenizationError) {
    switch value {
    case .none: try write("null")
    case .bool(let value): try write(value ? "true" : "false")
    case .integer(let value): try write("\(value)")
    case .number(let value): try write(Self.json(value))
    case .string(let value), .markup(let value):
      try write(TemplateText.json(value, escapesNonASCII: style.escapesNonASCII))
    case .sequence(let list) where list.kind == .list || list.isTuple:
      try write("[")
      for (index, element) in list.elements.enumerated() {
        try separate(index, style, level)
        try writeJSON(element, style, level: level + 1)
      }
      try close("]", isEmpty: list.elements.isEmpty, style, level)
    case .dictionary(let dictionary):
      var pairs: [(key: String, value: TemplateValue)] = []
      for pair in dictionary.pairs { pairs.append((try jsonKey(pair.key), pair.value)) }
      if style.sortsKeys {
        try evaluator.spend(pairs.count)
        pairs.sort { TemplateText.precedes($0.key, $1.key) }
      }
      try write("{")
      for (index, pair) in pairs.enumerated() {
        try separate(index, style, level)
        try write(TemplateText.json(pair.key, escapesNonASCII: style.escapesNonASCII))
        try write(style.keySeparator)
        try writeJSON(pair.value, style, level: level + 1)
      }
      try close("}", isEmpty: pairs.isEmpty, style, level)
    default: throw evaluator.failure("\(value.kind) cannot be written as JSON")
    }
  }

  private mutating func separate(
    _ index: Int, _ style: JSONStyle, _ level: Int
  ) throws(TokenizationError) {
    if index > 0 { try write(style.itemSeparator) }
    try breakLine(style, level + 1)
  }

  private mutating func close(
    _ bracket: String, isEmpty: Bool, _ style: JSONStyle, _ level: Int
  ) throws(TokenizationError) {
    if !isEmpty { try breakLine(style, level) }
    try write(bracket)
  }

  private mutating func breakLine(
    _ style: JSONStyle, _ level: Int
  ) throws(TokenizationError) {
    guard let indent = style.indent else { return }
    try evaluator.requireSize(indent.utf8.count * level)
    try write("\n" + String(repeating: indent, count: level))
  }

  private func jsonKey(_ key: TemplateValue) throws(TokenizationError) -> String {
    switch key {
    case .string(let text), .markup(let text): return text
    case .none: return "null"
    case .bool(let value): return value ? "true" : "false"
    case .integer(let value): return "\(value)"
    case .number(let value): return Self.json(value)
    default: throw evaluator.failure("\(key.kind) cannot be a key of JSON")
    }
  }

  private static func json(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Infinity" : "Infinity" }
    return TemplateText.number(value)
  }
}
