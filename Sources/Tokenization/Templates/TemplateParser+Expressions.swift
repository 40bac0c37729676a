/// The expressions, loosest binding first; each function parses its own level and those below.
extension TemplateParser {
  /// One expression, or several with commas between as a list.
  mutating func parseTuple() throws(TokenizationError) -> TemplateExpression {
    let first = try parseExpression()
    guard current == .symbol(",") else { return first }
    var elements = [first]
    while take(.symbol(",")), current != .endTag { elements.append(try parseExpression()) }
    return .list(elements)
  }

  mutating func parseExpression() throws(TokenizationError) -> TemplateExpression {
    try nested { (parser) throws(TokenizationError) in
      var expression = try parser.parseOr()
      var length = 0
      while parser.take(.name("if")) {
        try parser.countChain(&length)
        let condition = try parser.parseOr()
        let otherwise = parser.take(.name("else")) ? try parser.parseExpression() : nil
        expression = .conditional(expression, condition: condition, otherwise: otherwise)
      }
      return expression
    }
  }

  private func countChain(_ length: inout Int) throws(TokenizationError) {
    length += 1
    guard length <= Self.chainLimit else {
      throw failure("more than \(Self.chainLimit) operators in a row")
    }
  }

  /// Operands of one level with its operators between, nesting to the left.
  private mutating func parseChain(
    _ operators: [TemplateLexer.Token: TemplateOperator],
    _ operand: (inout TemplateParser) throws(TokenizationError) -> TemplateExpression
  ) throws(TokenizationError) -> TemplateExpression {
    var left = try operand(&self)
    var length = 0
    while let token = current, let name = operators[token] {
      try countChain(&length)
      position += 1
      left = .binary(name, left, try operand(&self))
    }
    return left
  }

  mutating func parseOr() throws(TokenizationError) -> TemplateExpression {
    try parseChain([.name("or"): .or]) { (parser) throws(TokenizationError) in
      try parser.parseChain([.name("and"): .and]) { (parser) throws(TokenizationError) in
        try parser.parseNot()
      }
    }
  }

  private mutating func parseNot() throws(TokenizationError) -> TemplateExpression {
    guard take(.name("not")) else { return try parseComparison() }
    return .not(
      try nested { (parser) throws(TokenizationError) in try parser.parseNot() })
  }

  /// a < b < c means a < b and b < c.
  private mutating func parseComparison() throws(TokenizationError) -> TemplateExpression {
    var left = try parseSum()
    var result: TemplateExpression?
    var length = 0
    while let name = takeComparison() {
      try countChain(&length)
      let right = try parseSum()
      let comparison = TemplateExpression.binary(name, left, right)
      result = result.map { .binary(.and, $0, comparison) } ?? comparison
      left = right
    }
    return result ?? left
  }

  private mutating func takeComparison() -> TemplateOperator? {
    switch current {
    case .symbol(let symbol) where ["==", "!=", "<", "<=", ">", ">="].contains(symbol):
      position += 1
      return TemplateOperator(rawValue: symbol)
    case .name("in"):
      position += 1
      return .in
    case .name("not")
    where position + 1 < tokens.count && tokens[position + 1].token == .name("in"):
      position += 2
      return .notIn
    default: return nil
    }
  }

  private mutating func parseSum() throws(TokenizationError) -> TemplateExpression {
    try parseChain([.symbol("+"): .add, .symbol("-"): .subtract]) {
      (parser) throws(TokenizationError) in
      try parser.parseChain([.symbol("~"): .concatenate]) {
        (parser) throws(TokenizationError) in try parser.parseProduct()
      }
    }
  }

  private mutating func parseProduct() throws(TokenizationError) -> TemplateExpression {
    try parseChain([
      .symbol("*"): .multiply, .symbol("/"): .divide, .symbol("//"): .floorDivide,
      .symbol("%"): .remainder,
    ]) { (parser) throws(TokenizationError) in try parser.parseUnary() }
  }

  private mutating func parseUnary() throws(TokenizationError) -> TemplateExpression {
    if take(.symbol("-")) {
      return .negative(
        try nested { (parser) throws(TokenizationError) in try parser.parseUnary() })
    }
    var expression = try parsePostfix(of: parsePrimary())
    var length = 0
    while true {
      try countChain(&length)
      if take(.symbol("|")) {
        let name = try expectName()
        expression = .filter(expression, name: name, try parseOptionalArguments())
      } else if take(.name("is")) {
        let isNegated = take(.name("not"))
        let name = try expectName()
        let test = TemplateExpression.test(expression, name: name, try parseTestArguments())
        expression = isNegated ? .not(test) : test
      } else {
        return expression
      }
      expression = try parsePostfix(of: expression)
    }
  }

  private mutating func parsePostfix(
    of start: TemplateExpression
  ) throws(TokenizationError) -> TemplateExpression {
    var expression = start
    var length = 0
    while true {
      try countChain(&length)
      if take(.symbol(".")) {
        if case .integer(let index) = current {
          position += 1
          expression = .item(expression, .integer(index))
        } else {
          expression = .attribute(expression, try expectName())
        }
      } else if take(.symbol("[")) {
        expression = try parseSubscript(of: expression)
      } else if current == .symbol("(") {
        expression = .call(expression, try parseOptionalArguments())
      } else {
        return expression
      }
    }
  }

  private mutating func parseSubscript(
    of base: TemplateExpression
  ) throws(TokenizationError) -> TemplateExpression {
    var parts: [TemplateExpression?] = []
    repeat {
      let isEmpty = current == .symbol(":") || current == .symbol("]")
      parts.append(isEmpty ? nil : try parseExpression())
    } while take(.symbol(":"))
    try expectSymbol("]")
    switch parts.count {
    case 1:
      guard let index = parts[0] else { throw failure("expected an index") }
      return .item(base, index)
    case 2, 3:
      return .slice(base, from: parts[0], to: parts[1], step: parts.count == 3 ? parts[2] : nil)
    default: throw failure("a slice has at most three parts")
    }
  }

  private mutating func parseOptionalArguments() throws(TokenizationError) -> TemplateArguments {
    var arguments = TemplateArguments()
    guard take(.symbol("(")) else { return arguments }
    while !take(.symbol(")")) {
      if case .name(let name) = current, position + 1 < tokens.count,
        tokens[position + 1].token == .symbol("=")
      {
        position += 2
        arguments.named.append((name, try parseExpression()))
      } else {
        arguments.positional.append(try parseExpression())
      }
      guard take(.symbol(",")) || current == .symbol(")") else { throw failure("expected , or )") }
    }
    return arguments
  }

  /// A test's argument may stand without parentheses: `is divisibleby 3`.
  private mutating func parseTestArguments() throws(TokenizationError) -> TemplateArguments {
    switch current {
    case .symbol("("): return try parseOptionalArguments()
    case .string, .integer, .number, .symbol("["), .symbol("{"):
      return TemplateArguments(positional: [try parsePostfix(of: parsePrimary())])
    case .name(let name) where !["else", "or", "and", "if", "is", "not", "in"].contains(name):
      return TemplateArguments(positional: [try parsePostfix(of: parsePrimary())])
    default: return TemplateArguments()
    }
  }

  private mutating func parsePrimary() throws(TokenizationError) -> TemplateExpression {
    guard let token = current else { throw failure("expected an expression") }
    position += 1
    switch token {
    case .integer(let value): return .integer(value)
    case .number(let value): return .number(value)
    case .string(var text):
      // Adjacent literals are one.
      while case .string(let more) = current {
        text += more
        position += 1
      }
      return .string(text)
    case .name(let name):
      switch name {
      case "true", "True": return .bool(true)
      case "false", "False": return .bool(false)
      case "none", "None": return .none
      default: return .name(name)
      }
    case .symbol("("): return try parseParenthesis()
    case .symbol("["): return .list(try parseElements(closing: "]"))
    case .symbol("{"): return try parseDictionary()
    default:
      position -= 1
      throw failure("expected an expression")
    }
  }

  private mutating func parseParenthesis() throws(TokenizationError) -> TemplateExpression {
    if take(.symbol(")")) { return .list([]) }
    let first = try parseExpression()
    if take(.symbol(")")) { return first }
    try expectSymbol(",")
    return .list([first] + (try parseElements(closing: ")")))
  }

  private mutating func parseElements(
    closing: String
  ) throws(TokenizationError) -> [TemplateExpression] {
    var elements: [TemplateExpression] = []
    while !take(.symbol(closing)) {
      elements.append(try parseExpression())
      guard take(.symbol(",")) || current == .symbol(closing) else {
        throw failure("expected , or \(closing)")
      }
    }
    return elements
  }

  private mutating func parseDictionary() throws(TokenizationError) -> TemplateExpression {
    var pairs: [(key: TemplateExpression, value: TemplateExpression)] = []
    while !take(.symbol("}")) {
      let key = try parseExpression()
      try expectSymbol(":")
      pairs.append((key, try parseExpression()))
      guard take(.symbol(",")) || current == .symbol("}") else { throw failure("expected , or }") }
    }
    return .dictionary(pairs)
  }
}
