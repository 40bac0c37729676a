/// Values of expressions.
extension TemplateEvaluator {
  mutating func evaluate(
    _ expression: TemplateExpression
  ) throws(TokenizationError) -> TemplateValue {
    try step()
    switch expression {
    case .string(let value): return .string(value)
    case .integer(let value): return .integer(value)
    case .number(let value): return .number(value)
    case .bool(let value): return .bool(value)
    case .none: return .none
    case .name(let name): return lookUp(name)
    case .list(let elements): return .list(try list(elements))
    case .dictionary(let pairs): return try dictionary(pairs)
    case .not(let operand): return .bool(try !evaluate(operand).isTrue)
    case .negative(let operand): return try negated(evaluate(operand))
    case .binary(let name, let left, let right): return try binary(name, left, right)
    case .conditional(let value, let condition, let otherwise):
      if try evaluate(condition).isTrue { return try evaluate(value) }
      guard let otherwise else { return .undefined(name: "the else of an if expression") }
      return try evaluate(otherwise)
    case .attribute(let base, let name): return try attribute(name, of: evaluate(base))
    case .item(let base, let index): return try item(evaluate(index), of: evaluate(base))
    case .slice(let base, let from, let to, let step):
      return try slice(evaluate(base), bound(from), bound(to), bound(step))
    case .call(let callee, let arguments): return try call(callee, values(arguments))
    case .filter(let operand, let name, let arguments):
      return try filter(name, evaluate(operand), values(arguments))
    case .test(let operand, let name, let arguments):
      return .bool(try test(name, evaluate(operand), values(arguments)))
    }
  }

  private mutating func list(
    _ expressions: [TemplateExpression]
  ) throws(TokenizationError) -> [TemplateValue] {
    var values: [TemplateValue] = []
    for expression in expressions { values.append(try evaluate(expression)) }
    return values
  }

  private mutating func dictionary(
    _ pairs: [(key: TemplateExpression, value: TemplateExpression)]
  ) throws(TokenizationError) -> TemplateValue {
    var result = TemplateDictionary()
    for pair in pairs { result[try evaluate(pair.key).text] = try evaluate(pair.value) }
    return .dictionary(result)
  }

  private mutating func values(
    _ arguments: TemplateArguments
  ) throws(TokenizationError) -> TemplateArgumentValues {
    var values = TemplateArgumentValues()
    for argument in arguments.positional { values.positional.append(try evaluate(argument)) }
    for argument in arguments.named { values.named[argument.name] = try evaluate(argument.value) }
    return values
  }

  // MARK: Operators

  private func negated(_ value: TemplateValue) throws(TokenizationError) -> TemplateValue {
    if let integer = value.asInteger { return .integer(0 &- integer) }
    if let number = value.asNumber { return .number(-number) }
    throw failure("\(value.kind) cannot be negated")
  }

  private mutating func binary(
    _ name: TemplateOperator, _ left: TemplateExpression, _ right: TemplateExpression
  ) throws(TokenizationError) -> TemplateValue {
    let first = try evaluate(left)
    // `or` and `and` give one of their operands, and look at the second only if they must.
    if name == .or { return first.isTrue ? first : try evaluate(right) }
    if name == .and { return first.isTrue ? try evaluate(right) : first }
    let second = try evaluate(right)
    switch name {
    case .equal: return .bool(first.equals(second))
    case .notEqual: return .bool(!first.equals(second))
    case .in: return .bool(try contains(second, first))
    case .notIn: return .bool(try !contains(second, first))
    case .less: return .bool(try isLess(first, second))
    case .greater: return .bool(try isLess(second, first))
    case .lessOrEqual: return .bool(try !isLess(second, first))
    case .greaterOrEqual: return .bool(try !isLess(first, second))
    case .concatenate: return try joined(first.text, second.text)
    default: return try arithmetic(name, first, second)
    }
  }

  func contains(
    _ container: TemplateValue, _ value: TemplateValue
  ) throws(TokenizationError) -> Bool {
    switch (container, value) {
    case (.string(let text), .string(let part)):
      return part.isEmpty
        || !SplitPattern.occurrences(of: Array(part.utf8), in: Array(text.utf8)).isEmpty
    case (.dictionary(let dictionary), .string(let key)): return dictionary[key] != nil
    case (.list(let values), _): return values.contains { $0.equals(value) }
    case (.undefined, _): return false
    default: throw failure("\(value.kind) cannot be sought in \(container.kind)")
    }
  }

  private func isLess(
    _ left: TemplateValue, _ right: TemplateValue
  ) throws(TokenizationError) -> Bool {
    if case .string(let first) = left, case .string(let second) = right {
      return first.unicodeScalars.lexicographicallyPrecedes(second.unicodeScalars)
    }
    guard let first = left.asNumber, let second = right.asNumber else {
      throw failure("\(left.kind) and \(right.kind) have no order")
    }
    return first < second
  }

  private func joined(
    _ left: String, _ right: String
  ) throws(TokenizationError) -> TemplateValue {
    try requireSize(left.utf8.count + right.utf8.count)
    return .string(left + right)
  }

  private func arithmetic(
    _ name: TemplateOperator, _ left: TemplateValue, _ right: TemplateValue
  ) throws(TokenizationError) -> TemplateValue {
    if name == .add, case .string(let first) = left, case .string(let second) = right {
      return try joined(first, second)
    }
    if name == .add, case .list(let first) = left, case .list(let second) = right {
      // A list's element takes a few dozen bytes.
      try requireSize((first.count + second.count) * 64)
      return .list(first + second)
    }
    if name == .multiply, case .string(let text) = left, let count = right.asInteger {
      let (size, overflow) = text.utf8.count.multipliedReportingOverflow(by: max(0, count))
      try requireSize(overflow ? .max : size)
      return .string(String(repeating: text, count: max(0, count)))
    }
    if name != .divide, let first = left.asInteger, let second = right.asInteger {
      return .integer(try integerArithmetic(name, first, second))
    }
    guard let first = left.asNumber, let second = right.asNumber else {
      throw failure("\(left.kind) \(name.rawValue) \(right.kind) has no meaning")
    }
    switch name {
    case .add: return .number(first + second)
    case .subtract: return .number(first - second)
    case .multiply: return .number(first * second)
    default:
      guard second != 0 else { throw failure("division by zero") }
      let quotient = first / second
      if name == .divide { return .number(quotient) }
      let floored = quotient.rounded(.down)
      return .number(name == .floorDivide ? floored : first - floored * second)
    }
  }

  private func integerArithmetic(
    _ name: TemplateOperator, _ left: Int, _ right: Int
  ) throws(TokenizationError) -> Int {
    let result: (partialValue: Int, overflow: Bool)
    switch name {
    case .add: result = left.addingReportingOverflow(right)
    case .subtract: result = left.subtractingReportingOverflow(right)
    case .multiply: result = left.multipliedReportingOverflow(by: right)
    default:
      guard right != 0 else { throw failure("division by zero") }
      let quotient = left.dividedReportingOverflow(by: right)
      let remainder = left.remainderReportingOverflow(dividingBy: right).partialValue
      // Python rounds towards minus infinity.
      let corrects = remainder != 0 && (remainder < 0) != (right < 0)
      result =
        name == .remainder
        ? (corrects ? remainder + right : remainder, false)
        : (corrects ? quotient.partialValue - 1 : quotient.partialValue, quotient.overflow)
    }
    guard !result.overflow else { throw failure("\(name.rawValue) leaves the integers' range") }
    return result.partialValue
  }

  // MARK: Parts of values

  func attribute(
    _ name: String, of base: TemplateValue
  ) throws(TokenizationError) -> TemplateValue {
    switch base {
    case .dictionary(let dictionary): return dictionary[name] ?? .undefined(name: name)
    case .namespace(let number): return namespaces[number][name] ?? .undefined(name: name)
    case .undefined(let what): throw failure("\(what) is undefined and has no \(name)")
    default: return .undefined(name: name)
    }
  }

  private func item(
    _ index: TemplateValue, of base: TemplateValue
  ) throws(TokenizationError) -> TemplateValue {
    switch (base, index) {
    case (.undefined(let what), _): throw failure("\(what) is undefined and has no items")
    case (.dictionary, .string(let key)), (.namespace, .string(let key)):
      return try attribute(key, of: base)
    case (.list(let values), _):
      guard let position = position(index, count: values.count) else {
        return .undefined(name: "item \(index.text)")
      }
      return values[position]
    case (.string(let text), _):
      let scalars = Array(text.unicodeScalars)
      guard let position = position(index, count: scalars.count) else {
        return .undefined(name: "item \(index.text)")
      }
      return .string(String(scalars[position]))
    default: return .undefined(name: "item \(index.text)")
    }
  }

  private func position(_ index: TemplateValue, count: Int) -> Int? {
    guard let value = index.asInteger, value >= -count, value < count else { return nil }
    return value < 0 ? value + count : value
  }

  private mutating func bound(
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

  private mutating func slice(
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
    switch base {
    case .list(let values): return .list(pick(values))
    case .string(let text):
      var view = String.UnicodeScalarView()
      view.append(contentsOf: pick(Array(text.unicodeScalars)))
      return .string(String(view))
    default: throw failure("\(base.kind) cannot be sliced")
    }
  }
}

/// The values of a call's arguments.
struct TemplateArgumentValues {
  var positional: [TemplateValue] = []
  var named: [String: TemplateValue] = [:]

  /// The argument at `position` or, if there are not so many, called `name`.
  subscript(position: Int, name: String) -> TemplateValue? {
    position < positional.count ? positional[position] : named[name]
  }

  func text(_ position: Int, _ name: String) -> String? {
    if case .string(let text) = self[position, name] { text } else { nil }
  }
}
