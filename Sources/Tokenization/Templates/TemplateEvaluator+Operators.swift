internal import Glibc

/// Operators with Python's meanings.
extension TemplateEvaluator {
  func negated(_ value: TemplateValue) throws(TokenizationError) -> TemplateValue {
    if let integer = value.asInteger {
      guard integer != .min else { throw failure("- leaves the integers' range") }
      return .integer(-integer)
    }
    if let number = value.asNumber { return .number(-number) }
    throw failure("\(value.kind) cannot be negated")
  }

  func positive(_ value: TemplateValue) throws(TokenizationError) -> TemplateValue {
    if let integer = value.asInteger { return .integer(integer) }
    if let number = value.asNumber { return .number(number) }
    throw failure("\(value.kind) has no sign")
  }

  func binary(
    _ name: TemplateOperator, _ left: TemplateExpression, _ right: TemplateExpression
  ) throws(TokenizationError) -> TemplateValue {
    let first = try evaluate(left)
    // `or` and `and` give one of their operands, and look at the second only if they must.
    if name == .or { return first.isTrue ? first : try evaluate(right) }
    if name == .and { return first.isTrue ? try evaluate(right) : first }
    let second = try evaluate(right)
    switch name {
    case .equal: return .bool(try equal(first, second))
    case .notEqual: return .bool(try !equal(first, second))
    case .in: return .bool(try contains(second, first))
    case .notIn: return .bool(try !contains(second, first))
    case .less: return .bool(try isLess(first, second))
    case .greater: return .bool(try isLess(second, first))
    case .lessOrEqual: return .bool(try isLess(first, second, orEqual: true))
    case .greaterOrEqual: return .bool(try isLess(second, first, orEqual: true))
    case .concatenate: return try made(try text(of: first) + text(of: second))
    default: return try arithmetic(name, first, second)
    }
  }

  // MARK: Comparing

  func equal(
    _ left: TemplateValue, _ right: TemplateValue
  ) throws(TokenizationError) -> Bool {
    try spend()
    let (left, right) = (left.unmarked, right.unmarked)
    switch (left, right) {
    case (.undefined, .undefined), (.none, .none): return true
    case (.string(let first), .string(let second)):
      guard first.utf8.count == second.utf8.count else { return false }
      try spend(bytes: first.utf8.count)
      return first.utf8.elementsEqual(second.utf8)
    case (.sequence(let first), .sequence(let second)):
      guard first.isTuple == second.isTuple, first.isIndexed == second.isIndexed,
        (first.kind == .list) == (second.kind == .list),
        first.elements.count == second.elements.count
      else {
        return false
      }
      for (one, other) in zip(first.elements, second.elements)
      where try !equal(one, other) {
        return false
      }
      return true
    case (.dictionary(let first), .dictionary(let second)):
      guard first.pairs.count == second.pairs.count else { return false }
      for pair in first.pairs {
        guard let other = second[key: pair.key], try equal(pair.value, other) else { return false }
      }
      return true
    case (.namespace(let first), .namespace(let second)),
      (.macro(let first), .macro(let second)), (.cycler(let first), .cycler(let second)),
      (.joiner(let first), .joiner(let second)):
      return first == second
    case (.function(let first), .function(let second)): return first == second
    default:
      if let first = left.asInteger, let second = right.asInteger { return first == second }
      if let first = left.asNumber, let second = right.asNumber { return first == second }
      return false
    }
  }

  func contains(
    _ container: TemplateValue, _ value: TemplateValue
  ) throws(TokenizationError) -> Bool {
    let (container, value) = (container.unmarked, value.unmarked)
    switch (container, value) {
    case (.string(let text), .string(let part)):
      try spend(bytes: text.utf8.count + part.utf8.count)
      return part.isEmpty
        || !ByteSearch.occurrences(of: Array(part.utf8), in: Array(text.utf8), limit: 1).isEmpty
    case (.dictionary(let dictionary), _):
      try spend(bytes: value.asText?.utf8.count ?? 0)
      guard TemplateKey(value) != nil || value.isUndefined else {
        throw failure("\(value.kind) cannot be a key")
      }
      return dictionary[key: value] != nil
    case (.sequence(let list), _):
      for element in list.elements where try equal(element, value) { return true }
      return false
    case (.undefined, _): return false
    default: throw failure("\(value.kind) cannot be sought in \(container.kind)")
    }
  }

  func isLess(
    _ left: TemplateValue, _ right: TemplateValue, orEqual: Bool = false
  ) throws(TokenizationError) -> Bool {
    try spend()
    let (left, right) = (left.unmarked, right.unmarked)
    switch (left, right) {
    case (.string(let first), .string(let second)):
      try spend(bytes: min(first.utf8.count, second.utf8.count))
      return orEqual
        ? !TemplateText.precedes(second, first) : TemplateText.precedes(first, second)
    case (.sequence(let first), .sequence(let second))
    where first.kind == second.kind && (first.kind == .list || first.isTuple):
      for (one, other) in zip(first.elements, second.elements)
      where try !equal(one, other) {
        return try isLess(one, other, orEqual: orEqual)
      }
      let (count, otherCount) = (first.elements.count, second.elements.count)
      return count < otherCount || (orEqual && count == otherCount)
    default:
      if let first = left.asInteger, let second = right.asInteger {
        return first < second || (orEqual && first == second)
      }
      guard let first = left.asNumber, let second = right.asNumber else {
        throw failure("\(left.kind) and \(right.kind) have no order")
      }
      return orEqual ? first <= second : first < second
    }
  }

  // MARK: Arithmetic

  func arithmetic(
    _ name: TemplateOperator, _ left: TemplateValue, _ right: TemplateValue
  ) throws(TokenizationError) -> TemplateValue {
    if let result = try textArithmetic(name, left, right) { return result }
    if let first = left.asInteger, let second = right.asInteger, name != .divide,
      name != .power || second >= 0
    {
      return .integer(try integerArithmetic(name, first, second))
    }
    guard let first = left.asNumber, let second = right.asNumber else {
      throw failure("\(left.kind) \(name.rawValue) \(right.kind) has no meaning")
    }
    switch name {
    case .add: return .number(first + second)
    case .subtract: return .number(first - second)
    case .multiply: return .number(first * second)
    case .power:
      guard first != 0 || second >= 0, first >= 0 || second.rounded() == second else {
        throw failure("\(first) ** \(second) is not a number")
      }
      return .number(pow(first, second))
    default:
      guard second != 0 else { throw failure("division by zero") }
      if name == .divide { return .number(first / second) }
      var remainder = fmod(first, second)
      if remainder != 0, (remainder < 0) != (second < 0) { remainder += second }
      return .number(
        name == .remainder ? remainder : ((first - remainder) / second).rounded())
    }
  }

  /// Of texts and lists; nil for anything else.
  private func textArithmetic(
    _ name: TemplateOperator, _ left: TemplateValue, _ right: TemplateValue
  ) throws(TokenizationError) -> TemplateValue? {
    if let marked = try markedArithmetic(name, left, right) { return marked }
    let (left, right) = (left.unmarked, right.unmarked)
    switch (name, left, right) {
    case (.add, .string(let first), .string(let second)):
      try requireSize(first.utf8.count + second.utf8.count)
      return try made(first + second)
    case (.add, .sequence(let first), .sequence(let second))
    where first.kind == second.kind && (first.kind == .list || first.isTuple):
      return try made(first.elements + second.elements, kind: first.kind)
    case (.multiply, .string(let text), _), (.multiply, _, .string(let text)):
      guard let count = left.asInteger ?? right.asInteger else { return nil }
      let (size, overflow) = text.utf8.count.multipliedReportingOverflow(by: max(0, count))
      try requireSize(overflow ? .max : size)
      return try made(text.isEmpty ? "" : String(repeating: text, count: max(0, count)))
    case (.multiply, .sequence(let list), _), (.multiply, _, .sequence(let list)):
      guard list.kind == .list || list.isTuple, let count = left.asInteger ?? right.asInteger else {
        return nil
      }
      let (size, overflow) = (list.elements.count * 64)
        .multipliedReportingOverflow(by: max(0, count))
      try requireSize(overflow ? .max : size)
      let rounds = list.elements.isEmpty ? 0 : max(0, count)
      return try made(
        Array(repeatElement(list.elements, count: rounds).joined()), kind: list.kind)
    case (.remainder, .string(let format), _):
      var values = [right]
      // What has items may be left over.
      var mayRemain = right.isUndefined
      if case .sequence(let list) = right {
        if list.isTuple { values = list.elements } else { mayRemain = list.isIndexed }
      }
      if case .dictionary = right { mayRemain = true }
      return try made(try formatted(format, values, mayRemain: mayRemain))
    default: return nil
    }
  }

  /// Of text that is marked as escaped: what is added to it is escaped first. Nil
  /// where neither is marked.
  private func markedArithmetic(
    _ name: TemplateOperator, _ left: TemplateValue, _ right: TemplateValue
  ) throws(TokenizationError) -> TemplateValue? {
    switch (name, left, right) {
    case (.add, .markup, _) where right.asText != nil, (.add, _, .markup) where left.asText != nil:
      let (first, second) = (try text(of: escaped(left)), try text(of: escaped(right)))
      try requireSize(first.utf8.count + second.utf8.count)
      _ = try made(first + second)
      return .markup(first + second)
    case (.multiply, .markup, _), (.multiply, _, .markup):
      let product = try textArithmetic(name, left.unmarked, right.unmarked)
      return product.flatMap(\.asText).map { .markup($0) }
    case (.remainder, .markup, _):
      throw failure("the operator % is not supported for escaped text")
    default: return nil
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
    case .power: result = Self.power(left, right)
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

  private static func power(_ base: Int, _ exponent: Int) -> (partialValue: Int, overflow: Bool) {
    if base == 0 || base == 1 { return (exponent == 0 ? 1 : base, false) }
    if base == -1 { return (exponent.isMultiple(of: 2) ? 1 : -1, false) }
    guard exponent < 64 else { return (0, true) }
    var result = 1
    for _ in 0..<exponent {
      let product = result.multipliedReportingOverflow(by: base)
      if product.overflow { return product }
      result = product.partialValue
    }
    return (result, false)
  }

  // MARK: Printing

  /// `format % values`, of the conversions s, r, d, i, x, f and %.
  func formatted(
    _ format: String, _ values: [TemplateValue], mayRemain: Bool = false
  ) throws(TokenizationError) -> String {
    var result = ""
    var rest = format.unicodeScalars[...]
    var next = 0
    while let scalar = rest.popFirst() {
      guard scalar == "%" else {
        result.unicodeScalars.append(scalar)
        continue
      }
      let flags = String(rest.prefix { "-+ 0#".unicodeScalars.contains($0) })
      rest = rest.dropFirst(flags.unicodeScalars.count)
      let width = Self.digits(&rest)
      var precision: Int?
      if rest.first == "." {
        rest.removeFirst()
        precision = Self.digits(&rest) ?? 0
      }
      guard let conversion = rest.popFirst() else { throw failure("a format ends behind %") }
      if conversion == "%" {
        result += "%"
        continue
      }
      guard next < values.count else { throw failure("a format has more places than values") }
      let value = values[next]
      next += 1
      let field = TemplateField(
        width: width ?? 0, precision: precision, flags: flags, conversion: conversion)
      result += try field.text(of: value, in: self)
      try requireSize(result.utf8.count)
    }
    guard next == values.count || mayRemain else {
      throw failure("a format has fewer places than values")
    }
    return result
  }

  private static func digits(_ rest: inout Substring.UnicodeScalarView) -> Int? {
    let digits = rest.prefix { ("0"..."9").contains($0) }
    rest = rest.dropFirst(digits.count)
    return digits.isEmpty ? nil : Int(String(digits)) ?? .max
  }
}
