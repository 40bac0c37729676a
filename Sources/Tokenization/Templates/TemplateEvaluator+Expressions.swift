/// Values of expressions.
extension TemplateEvaluator {
  func evaluate(_ expression: TemplateExpression) throws(TokenizationError) -> TemplateValue {
    try spend()
    try enter()
    defer { leave() }
    switch expression {
    case .string(let value): return .string(value)
    case .integer(let value): return .integer(value)
    case .number(let value): return .number(value)
    case .bool(let value): return .bool(value)
    case .none: return .none
    case .name(let name): return lookUp(name)
    case .captured: return captured
    case .list(let elements, let isTuple):
      return try made(try list(elements), kind: isTuple ? .tuple : .list)
    case .dictionary(let pairs): return try dictionary(pairs)
    case .not(let operand): return .bool(try !evaluate(operand).isTrue)
    case .negative(let operand): return try negated(evaluate(operand))
    case .positive(let operand): return try positive(evaluate(operand))
    case .binary(let name, let left, let right): return try binary(name, left, right)
    case .conditional(let value, let condition, let otherwise):
      if try evaluate(condition).isTrue { return try evaluate(value) }
      guard let otherwise else { return .undefined(name: "the else of an if expression") }
      return try evaluate(otherwise)
    case .attribute(let base, let name): return try attribute(name, of: evaluate(base))
    case .item(let base, let index):
      let value = try evaluate(base)
      return try item(evaluate(index), of: value)
    case .slice(let base, let from, let to, let step):
      return try slice(evaluate(base), bound(from), bound(to), bound(step))
    case .call(let callee, let arguments): return try call(callee, values(arguments))
    case .filter(let operand, let name, let arguments):
      let value = try evaluate(operand)
      return try filter(name, value, values(arguments))
    case .test(let operand, let name, let arguments):
      let value = try evaluate(operand)
      return .bool(try test(name, value, values(arguments)))
    }
  }

  private func list(
    _ expressions: [TemplateExpression]
  ) throws(TokenizationError) -> [TemplateValue] {
    var values: [TemplateValue] = []
    for expression in expressions { values.append(try evaluate(expression)) }
    return values
  }

  private func dictionary(
    _ pairs: [(key: TemplateExpression, value: TemplateExpression)]
  ) throws(TokenizationError) -> TemplateValue {
    var result = TemplateDictionary()
    for pair in pairs {
      let key = try evaluate(pair.key)
      let value = try evaluate(pair.value)
      guard result.insert(value, for: key) else { throw failure("\(key.kind) cannot be a key") }
    }
    return try made(result)
  }

  func values(
    _ arguments: TemplateArguments
  ) throws(TokenizationError) -> TemplateArgumentValues {
    var values = TemplateArgumentValues(positional: try list(arguments.positional))
    for argument in arguments.named {
      values.named.append((argument.name, try evaluate(argument.value)))
    }
    if let spread = arguments.spread {
      values.positional += try elements(of: evaluate(spread))
    }
    if let spread = arguments.namedSpread {
      guard case .dictionary(let dictionary) = try evaluate(spread) else {
        throw failure("what follows ** is not a dictionary")
      }
      try spend(dictionary.pairs.count)
      for pair in dictionary.pairs {
        guard let name = pair.key.asText, !values.named.contains(where: { $0.name == name }) else {
          throw failure("an argument behind ** has no name of its own")
        }
        values.named.append((name, pair.value))
      }
    }
    return values
  }

  // MARK: Parts of values

  /// `base.name`: Python's attributes come before a dictionary's keys.
  func attribute(
    _ name: String, of base: TemplateValue
  ) throws(TokenizationError) -> TemplateValue {
    switch base {
    case .undefined(let what): throw failure("\(what) is undefined and has no \(name)")
    case .dictionary(let dictionary):
      if hasMethod(name, base) { return .method(name, of: base) }
      return dictionary[name] ?? .undefined(name: name)
    case .namespace(let number): return namespaces[number][name] ?? .undefined(name: name)
    case .loop(let state):
      return state.attribute(name)
        ?? (hasMethod(name, base) ? .method(name, of: base) : .undefined(name: name))
    case .cycler(let number) where name == "current":
      return cyclers[number].items[cyclers[number].position]
    case .sequence(let list) where list.kind == .group && ["grouper", "list"].contains(name):
      return list.elements[name == "grouper" ? 0 : 1]
    case .function("self"):
      return blocks[name] == nil ? .undefined(name: name) : .function("self.\(name)")
    case .macro(let number) where name == "name": return .string(macros[number].definition.name)
    default: return hasMethod(name, base) ? .method(name, of: base) : .undefined(name: name)
    }
  }

  /// Whether Python's value has a method of this name, be it one that is refused when called.
  func hasMethod(_ name: String, _ value: TemplateValue) -> Bool {
    switch value {
    case .string, .markup: TemplateSignatures.textMethods[name] != nil
    case .dictionary:
      TemplateSignatures.dictionaryMethods[name] != nil
        || ["clear", "pop", "popitem", "setdefault", "update", "fromkeys"].contains(name)
    case .sequence(let list):
      list.isIndexed && TemplateSignatures.listMethods[name] != nil
        && (name != "copy" || list.kind == .list)
        || (list.kind == .list && TemplateSignatures.changingMethods.contains(name))
    case .loop: ["cycle", "changed"].contains(name)
    case .cycler: ["next", "reset"].contains(name)
    default: false
    }
  }

  /// `base[index]`.
  func item(
    _ index: TemplateValue, of base: TemplateValue
  ) throws(TokenizationError) -> TemplateValue {
    let missing = TemplateValue.undefined(name: "an item that is not there")
    if case .markup(let text) = base {
      let found = try item(index, of: .string(text))
      if case .string(let text) = found { return .markup(text) }
      if case .method(let name, _) = found { return .method(name, of: base) }
      return found
    }
    switch base {
    case .undefined(let what): throw failure("\(what) is undefined and has no items")
    case .dictionary(let dictionary):
      try spend(bytes: index.asText?.utf8.count ?? 0)
      if let value = dictionary[key: index] { return value }
    case .namespace(let number):
      if let name = index.asText { return namespaces[number][name] ?? .undefined(name: name) }
    case .sequence(let list) where list.isIndexed:
      if let position = position(index, count: list.elements.count) {
        return list.elements[position]
      }
    case .string(let text):
      // Walking there takes as long as the text.
      try spend(bytes: text.utf8.count)
      let scalars = text.unicodeScalars
      if index.asInteger != nil {
        guard let position = position(index, count: scalars.count) else { return missing }
        return .string(String(scalars[scalars.index(scalars.startIndex, offsetBy: position)]))
      }
    default: break
    }
    if let name = index.asText {
      if hasMethod(name, base) { return .method(name, of: base) }
      if case .loop = base { return try attribute(name, of: base) }
      return .undefined(name: name)
    }
    return missing
  }

  private func position(_ index: TemplateValue, count: Int) -> Int? {
    guard let value = index.asInteger, value >= -count, value < count else { return nil }
    return value < 0 ? value + count : value
  }

  private func bound(
    _ expression: TemplateExpression?
  ) throws(TokenizationError) -> Int? {
    guard let expression else { return nil }
    let value = try evaluate(expression)
    if case .none = value { return nil }
    guard let integer = value.asInteger else {
      throw failure("\(value.kind) does not bound a slice")
    }
    return integer
  }

  private func slice(
    _ base: TemplateValue, _ from: Int?, _ to: Int?, _ step: Int?
  ) throws(TokenizationError) -> TemplateValue {
    let step = step ?? 1
    guard step != 0, step != .min else { throw failure("a slice's step is \(step)") }
    func pick<Element>(_ elements: [Element]) -> [Element] {
      let count = elements.count
      func clamp(_ bound: Int) -> Int {
        let absolute = bound < 0 ? bound + count : bound
        return step > 0 ? min(max(absolute, 0), count) : min(max(absolute, -1), count - 1)
      }
      let start = from.map(clamp) ?? (step > 0 ? 0 : count - 1)
      let end = to.map(clamp) ?? (step > 0 ? count : -1)
      return stride(from: start, to: end, by: step).map { elements[$0] }
    }
    /// Where a slice of so many begins.
    func edge(_ count: Int) -> Int {
      let absolute = from.map { $0 < 0 ? $0 &+ count : $0 } ?? (step > 0 ? 0 : count - 1)
      return step > 0 ? min(max(absolute, 0), count) : min(max(absolute, -1), count - 1)
    }
    switch base {
    case .markup(let text):
      return .markup(try self.text(of: slice(.string(text), from, to, step)))
    case .sequence(let list) where list.isIndexed:
      var kind = list.kind
      if case .range(let first, _, let stride) = kind {
        // A slice of a range is a range that ends where the next number would stand.
        let places = pick(Array(list.elements.indices))
        let wide = stride &* step
        let start = first &+ stride &* (places.first ?? edge(list.elements.count))
        kind = .range(start: start, end: start &+ wide &* places.count, step: wide)
      }
      return try made(pick(list.elements), kind: kind)
    case .string(let text):
      try spend(bytes: text.utf8.count)
      var view = String.UnicodeScalarView()
      view.append(contentsOf: pick(Array(text.unicodeScalars)))
      return try made(String(view))
    case .undefined(let what): throw failure("\(what) is undefined and cannot be sliced")
    default: throw failure("\(base.kind) cannot be sliced")
    }
  }
}
