/// Functions, methods, filters and tests.
extension TemplateEvaluator {
  mutating func call(
    _ callee: TemplateExpression, _ arguments: TemplateArgumentValues
  ) throws(TokenizationError) -> TemplateValue {
    if case .attribute(let base, let name) = callee {
      let value = try evaluate(base)
      switch value {
      case .string(let text): return try method(name, of: text, arguments)
      case .dictionary(let dictionary): return try method(name, of: dictionary, arguments)
      default: throw failure("\(value.kind) has no method \(name)")
      }
    }
    let value = try evaluate(callee)
    guard case .function(let name) = value else { throw failure("\(value.kind) is no function") }
    switch name {
    case "raise_exception":
      throw .refusedByTemplate(arguments.positional.first?.text ?? "no reason given")
    case "namespace":
      namespaces.append(arguments.named)
      return .namespace(namespaces.count - 1)
    case "dict":
      return .dictionary(
        TemplateDictionary(arguments.named.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }))
    default: return try range(arguments)
    }
  }

  private mutating func range(
    _ arguments: TemplateArgumentValues
  ) throws(TokenizationError) -> TemplateValue {
    let bounds = arguments.positional.compactMap(\.asInteger)
    guard (1...3).contains(bounds.count), bounds.count == arguments.positional.count else {
      throw failure("range takes one to three integers")
    }
    let (start, end) = bounds.count == 1 ? (0, bounds[0]) : (bounds[0], bounds[1])
    let step = bounds.count == 3 ? bounds[2] : 1
    guard step != 0 else { throw failure("range has the step 0") }
    var values: [TemplateValue] = []
    for value in stride(from: start, to: end, by: step) {
      try self.step()
      values.append(.integer(value))
    }
    return .list(values)
  }

  // MARK: Methods

  private mutating func method(
    _ name: String, of text: String, _ arguments: TemplateArgumentValues
  ) throws(TokenizationError) -> TemplateValue {
    switch name {
    case "upper", "lower", "title", "capitalize":
      return try filter(name, .string(text), arguments)
    case "strip", "lstrip", "rstrip":
      return .string(
        TemplateText.strip(
          text, of: arguments.text(0, "chars"), left: name != "rstrip", right: name != "lstrip"))
    case "startswith", "endswith":
      let affixes = try arguments.positional.first.map(elementsOrSelf) ?? []
      return .bool(
        affixes.contains { affix in
          guard case .string(let part) = affix else { return false }
          let bytes = text.utf8
          return name == "startswith"
            ? bytes.starts(with: part.utf8) : bytes.reversed().starts(with: part.utf8.reversed())
        })
    case "split":
      let limit = arguments[1, "maxsplit"]?.asInteger
      let parts = TemplateText.split(text, by: arguments.text(0, "sep"), limit: limit)
      try step(parts.count)
      return .list(parts.map { .string($0) })
    case "replace": return try filter("replace", .string(text), arguments)
    case "join":
      return try filter(
        "join", arguments.positional.first ?? .none,
        TemplateArgumentValues(positional: [.string(text)]))
    default: throw failure("a string has no method \(name) here")
    }
  }

  /// A method that takes one text takes several, too.
  private func elementsOrSelf(_ value: TemplateValue) throws(TokenizationError) -> [TemplateValue] {
    if case .list(let values) = value { values } else { [value] }
  }

  private func method(
    _ name: String, of dictionary: TemplateDictionary, _ arguments: TemplateArgumentValues
  ) throws(TokenizationError) -> TemplateValue {
    switch name {
    case "items":
      return .list(dictionary.pairs.map { .list([.string($0.key), $0.value]) })
    case "keys": return .list(dictionary.pairs.map { .string($0.key) })
    case "values": return .list(dictionary.pairs.map(\.value))
    case "get":
      return arguments.text(0, "key").flatMap { dictionary[$0] }
        ?? arguments[1, "default"] ?? .none
    default: throw failure("a dictionary has no method \(name) here")
    }
  }

  // MARK: Filters

  mutating func filter(
    _ name: String, _ value: TemplateValue, _ arguments: TemplateArgumentValues
  ) throws(TokenizationError) -> TemplateValue {
    switch name {
    case "trim":
      return .string(
        TemplateText.strip(value.text, of: arguments.text(0, "chars"), left: true, right: true))
    case "upper": return .string(value.text.uppercased())
    case "lower": return .string(value.text.lowercased())
    case "capitalize":
      return .string(value.text.prefix(1).uppercased() + value.text.dropFirst().lowercased())
    case "title": return .string(TemplateText.titled(value.text))
    case "string": return .string(value.text)
    case "safe": return value
    case "int":
      return .integer(
        value.asInteger ?? value.asNumber.flatMap { Int(exactly: $0.rounded(.towardZero)) }
          ?? Int(TemplateText.strip(value.text, of: nil, left: true, right: true)) ?? 0)
    case "replace":
      let bytes = Array(value.text.utf8)
      let (old, new) = (arguments.text(0, "old") ?? "", arguments.text(1, "new") ?? "")
      let count = SplitPattern.occurrences(of: Array(old.utf8), in: bytes).count
      try requireSize(
        bytes.count + min(count, Self.sizeLimit) * min(new.utf8.count, Self.sizeLimit))
      return .string(
        String(decoding: bytes.replacing(Array(old.utf8), with: Array(new.utf8)), as: UTF8.self))
    case "tojson":
      guard
        let json = value.json(indent: arguments[0, "indent"]?.asInteger.map { min(max($0, 0), 16) })
      else { throw failure("\(value.kind) cannot be written as JSON") }
      try requireSize(json.utf8.count)
      return .string(json)
    case "default", "d":
      let fallback = arguments[0, "default_value"] ?? .string("")
      if case .undefined = value { return fallback }
      return arguments[1, "boolean"]?.isTrue == true && !value.isTrue ? fallback : value
    default: return try listFilter(name, value, arguments)
    }
  }

  private mutating func listFilter(
    _ name: String, _ value: TemplateValue, _ arguments: TemplateArgumentValues
  ) throws(TokenizationError) -> TemplateValue {
    if name == "items", case .dictionary(let dictionary) = value {
      return try method(name, of: dictionary, arguments)
    }
    let values = try elements(of: value)
    try step(values.count)
    switch name {
    case "length", "count": return .integer(values.count)
    case "first": return values.first ?? .undefined(name: "the first of none")
    case "last": return values.last ?? .undefined(name: "the last of none")
    case "list": return .list(values)
    case "reverse":
      if case .string = value { return .string(values.reversed().map(\.text).joined()) }
      return .list(values.reversed())
    case "join":
      let texts = try mapped(values, attribute: arguments.text(1, "attribute")).map(\.text)
      let separator = arguments[0, "d"]?.text ?? ""
      try requireSize(texts.reduce(0) { $0 + $1.utf8.count + separator.utf8.count })
      return .string(texts.joined(separator: separator))
    case "map":
      if let attribute = arguments.text(.max, "attribute") {
        return .list(try mapped(values, attribute: attribute))
      }
      guard let inner = arguments.text(0, "filter") else { throw failure("map needs a filter") }
      var results: [TemplateValue] = []
      for element in values { results.append(try filter(inner, element, arguments.dropping(1))) }
      return .list(results)
    case "selectattr", "rejectattr", "select", "reject":
      return .list(try selected(name, values, arguments))
    default: throw failure("the filter \(name) is not supported")
    }
  }

  private func mapped(
    _ values: [TemplateValue], attribute name: String?
  ) throws(TokenizationError) -> [TemplateValue] {
    guard let name else { return values }
    var results: [TemplateValue] = []
    for value in values { results.append(try attribute(name, of: value)) }
    return results
  }

  private mutating func selected(
    _ name: String, _ values: [TemplateValue], _ arguments: TemplateArgumentValues
  ) throws(TokenizationError) -> [TemplateValue] {
    let looksAtAttribute = name.hasSuffix("attr")
    var rest = arguments
    var attributeName: String?
    if looksAtAttribute {
      guard let first = arguments.text(0, "") else { throw failure("\(name) needs an attribute") }
      attributeName = first
      rest = rest.dropping(1)
    }
    let testName = rest.text(0, "")
    var results: [TemplateValue] = []
    for value in values {
      let subject =
        try attributeName.map { (name) throws(TokenizationError) in
          try attribute(name, of: value)
        } ?? value
      let holds: Bool
      if let testName {
        holds = try test(testName, subject, rest.dropping(1))
      } else {
        holds = subject.isTrue
      }
      if holds == name.hasPrefix("select") { results.append(value) }
    }
    return results
  }

  // MARK: Tests

  func test(
    _ name: String, _ value: TemplateValue, _ arguments: TemplateArgumentValues
  ) throws(TokenizationError) -> Bool {
    switch (name, value) {
    case ("defined", _): return !value.isUndefined
    case ("undefined", _): return value.isUndefined
    case ("none", .none), ("string", .string), ("boolean", .bool), ("float", .number),
      ("mapping", .dictionary), ("integer", .integer), ("callable", .function),
      ("number", .integer), ("number", .number), ("number", .bool):
      return true
    case ("true", .bool(let flag)): return flag
    case ("false", .bool(let flag)): return !flag
    case ("iterable", .list), ("iterable", .string), ("iterable", .dictionary),
      ("iterable", .undefined), ("sequence", .list), ("sequence", .string),
      ("sequence", .dictionary), ("sequence", .undefined):
      return true
    case ("none", _), ("string", _), ("boolean", _), ("float", _), ("mapping", _),
      ("integer", _), ("callable", _), ("number", _), ("true", _), ("false", _),
      ("iterable", _), ("sequence", _):
      return false
    default: return try comparingTest(name, value, arguments)
    }
  }

  private func comparingTest(
    _ name: String, _ value: TemplateValue, _ arguments: TemplateArgumentValues
  ) throws(TokenizationError) -> Bool {
    let other = arguments.positional.first
    switch (name, other) {
    case ("odd", _), ("even", _):
      guard let integer = value.asInteger else {
        throw failure("\(value.kind) is neither odd nor even")
      }
      return integer.isMultiple(of: 2) == (name == "even")
    case ("equalto", let other?), ("eq", let other?), ("==", let other?):
      return value.equals(other)
    case ("ne", let other?), ("!=", let other?): return !value.equals(other)
    case ("in", let other?): return try contains(other, value)
    case ("divisibleby", let other?):
      guard let divisor = other.asInteger, divisor != 0, let integer = value.asInteger else {
        throw failure("divisibleby needs integers, the second not 0")
      }
      return integer.isMultiple(of: divisor)
    default: throw failure("the test \(name) is not supported or lacks its argument")
    }
  }
}

extension TemplateValue {
  var isUndefined: Bool { if case .undefined = self { true } else { false } }
}

extension TemplateArgumentValues {
  /// Without the first `count` positional arguments.
  func dropping(_ count: Int) -> TemplateArgumentValues {
    TemplateArgumentValues(positional: Array(positional.dropFirst(count)), named: named)
  }
}
