/// Jinja's tests, what stands behind `is`.
extension TemplateEvaluator {
  func test(
    _ name: String, _ value: TemplateValue, _ arguments: TemplateArgumentValues
  ) throws(TokenizationError) -> Bool {
    guard let signature = TemplateSignatures.tests[name] else {
      throw failure("there is no test \(name)")
    }
    let bound = try bind(arguments, signature, "the test \(name)")
    if let other = bound["other"] { return try comparison(name, value, other) }
    switch name {
    case "defined": return !value.isUndefined
    case "undefined": return value.isUndefined
    case "none": return value.isNone
    case "true": if case .bool(true) = value { return true } else { return false }
    case "false": if case .bool(false) = value { return true } else { return false }
    case "odd", "even":
      if let integer = value.asInteger { return integer.isMultiple(of: 2) == (name == "even") }
      guard let number = value.asNumber else {
        throw failure("\(value.kind) is neither odd nor even")
      }
      let remainder = number.truncatingRemainder(dividingBy: 2)
      return name == "even" ? remainder == 0 : abs(remainder) == 1
    case "divisibleby":
      let remainder = try arithmetic(.remainder, value, bound["num"] ?? .none)
      return try equal(remainder, .integer(0))
    case "lower", "upper":
      let text = try text(of: value)
      try spend(bytes: text.utf8.count)
      return TemplateText.isAll(text, lower: name == "lower")
    case "filter": return value.asText.map { TemplateSignatures.filters[$0] != nil } ?? false
    case "escaped": if case .markup = value { return true } else { return false }
    case "test": return value.asText.map { TemplateSignatures.tests[$0] != nil } ?? false
    default: return Self.isOfKind(name, value.unmarked)
    }
  }

  private static func isOfKind(_ name: String, _ value: TemplateValue) -> Bool {
    switch (name, value) {
    case ("string", .string), ("boolean", .bool), ("float", .number), ("mapping", .dictionary),
      ("integer", .integer), ("number", .integer), ("number", .number), ("number", .bool):
      true
    case ("callable", .function), ("callable", .method), ("callable", .macro),
      ("callable", .joiner), ("callable", .loop), ("callable", .undefined):
      true
    case ("iterable", .sequence), ("iterable", .string), ("iterable", .dictionary),
      ("iterable", .undefined), ("iterable", .loop), ("sequence", .sequence),
      ("sequence", .string), ("sequence", .dictionary), ("sequence", .undefined):
      true
    default: false
    }
  }

  private func comparison(
    _ name: String, _ value: TemplateValue, _ other: TemplateValue
  ) throws(TokenizationError) -> Bool {
    switch name {
    case "eq", "equalto", "==": return try equal(value, other)
    case "ne", "!=": return try !equal(value, other)
    case "lt", "lessthan", "<": return try isLess(value, other)
    case "le", "<=": return try isLess(value, other, orEqual: true)
    case "gt", "greaterthan", ">": return try isLess(other, value)
    case "ge", ">=": return try isLess(other, value, orEqual: true)
    case "in": return try contains(other, value)
    default: return try isSame(value, other)
    }
  }

  /// `sameas` is about identity, which only simple values have here.
  private func isSame(
    _ value: TemplateValue, _ other: TemplateValue
  ) throws(TokenizationError) -> Bool {
    switch (value.unmarked, other.unmarked) {
    case (.none, .none): return true
    case (.bool(let first), .bool(let second)): return first == second
    case (.integer(let first), .integer(let second)): return first == second
    case (.namespace, .namespace), (.macro, .macro), (.cycler, .cycler), (.joiner, .joiner):
      return try equal(value, other)
    case (.string, .string), (.sequence, .sequence), (.dictionary, .dictionary),
      (.number, .number):
      throw failure("the test sameas is not supported for \(value.kind)")
    default: return false
    }
  }
}
