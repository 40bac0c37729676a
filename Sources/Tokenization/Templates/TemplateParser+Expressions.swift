/// The expressions, loosest binding first; each function parses its own level and those below, and
/// leaves in `treeDepth` how deep a tree it made.
extension TemplateParser {
  /// One expression, or several with commas between as a tuple.
  mutating func parseTuple(
    withConditional: Bool = true
  ) throws(TokenizationError) -> TemplateExpression {
    let first = try parseElement(withConditional)
    guard current == .symbol(",") else { return first }
    var elements = [first]
    var depth = treeDepth
    while take(.symbol(",")) {
      if [.endTag, .symbol(")"), .name("recursive")].contains(current) { break }
      elements.append(try parseElement(withConditional))
      depth = max(depth, treeDepth)
    }
    treeDepth = depth + 1
    return .list(elements, isTuple: true)
  }

  private mutating func parseElement(
    _ withConditional: Bool
  ) throws(TokenizationError) -> TemplateExpression {
    if withConditional { return try parseExpression() }
    return try nested { (parser) throws(TokenizationError) in try parser.parseOr() }
  }

  mutating func parseExpression() throws(TokenizationError) -> TemplateExpression {
    try nested { (parser) throws(TokenizationError) in
      let outer = parser.isConditional
      defer { parser.isConditional = outer }
      // Where an `if` follows, Jinja takes filters that it does not know.
      parser.isConditional = outer || parser.isConditionalAhead
      var expression = try parser.parseOr()
      var length = 0
      while parser.take(.name("if")) {
        try parser.countChain(&length)
        var depth = parser.treeDepth
        let condition = try parser.parseOr()
        depth = max(depth, parser.treeDepth)
        var otherwise: TemplateExpression?
        if parser.take(.name("else")) {
          otherwise = try parser.parseExpression()
          depth = max(depth, parser.treeDepth)
        }
        try parser.deepen(from: depth)
        expression = .conditional(expression, condition: condition, otherwise: otherwise)
      }
      return expression
    }
  }

  /// Whether the expression that begins here is a conditional one.
  private var isConditionalAhead: Bool {
    var brackets = 0
    for offset in 0... {
      switch token(offset) {
      case .symbol("("), .symbol("["), .symbol("{"): brackets += 1
      case .symbol(")"), .symbol("]"), .symbol("}"):
        brackets -= 1
        if brackets < 0 { return false }
      case .symbol(",") where brackets == 0: return false
      case .name("if") where brackets == 0: return true
      case .endTag, nil: return false
      default: break
      }
      // Only filters that nobody knows make a difference; far ahead there are none.
      if offset > 200 { return false }
    }
    return false
  }

  /// Of operators in a row.
  private func countChain(_ length: inout Int) throws(TokenizationError) {
    length += 1
    guard length <= Self.chainLimit else {
      throw failure("more than \(Self.chainLimit) operators in a row")
    }
  }

  /// Notes that a tree was put on one of `depth`.
  private mutating func deepen(from depth: Int) throws(TokenizationError) {
    treeDepth = depth + 1
    guard treeDepth <= Self.treeLimit else {
      throw failure("an expression of more than \(Self.treeLimit) levels")
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
      let depth = treeDepth
      left = .binary(name, left, try operand(&self))
      try deepen(from: max(depth, treeDepth))
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
    let operand = try nested { (parser) throws(TokenizationError) in try parser.parseNot() }
    try deepen(from: treeDepth)
    return .not(operand)
  }

  /// a < b < c means a < b and b < c.
  private mutating func parseComparison() throws(TokenizationError) -> TemplateExpression {
    var left = try parseSum()
    var result: TemplateExpression?
    var length = 0
    var depth = treeDepth
    while let name = takeComparison() {
      try countChain(&length)
      let right = try parseSum()
      let comparison = TemplateExpression.binary(name, left, right)
      result = result.map { .binary(.and, $0, comparison) } ?? comparison
      left = right
      try deepen(from: max(depth, treeDepth) + 1)
      depth = treeDepth
    }
    treeDepth = depth
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
    case .name("not") where token(1) == .name("in"):
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
    ]) { (parser) throws(TokenizationError) in
      try parser.parseChain([.symbol("**"): .power]) { (parser) throws(TokenizationError) in
        try parser.parseUnary()
      }
    }
  }

  /// A sign binds closer than filters do: `-1 | abs` is 1.
  private mutating func parseUnary(
    withFilters: Bool = true
  ) throws(TokenizationError) -> TemplateExpression {
    var expression: TemplateExpression
    if current == .symbol("-") || current == .symbol("+") {
      let isNegative = current == .symbol("-")
      position += 1
      let operand = try nested { (parser) throws(TokenizationError) in
        try parser.parseUnary(withFilters: false)
      }
      try deepen(from: treeDepth)
      expression = isNegative ? .negative(operand) : .positive(operand)
    } else {
      expression = try parsePrimary()
    }
    expression = try parsePostfix(of: expression)
    return withFilters ? try parseFilters(of: expression) : expression
  }

  // MARK: Filters and tests

  /// Filters, tests and calls behind an expression.
  mutating func parseFilters(
    of start: TemplateExpression
  ) throws(TokenizationError) -> TemplateExpression {
    var expression = start
    if case .captured = start { treeDepth = 1 }
    var length = 0
    while true {
      try countChain(&length)
      if take(.symbol("|")) {
        expression = try parseFilter(of: expression)
      } else if case .captured = start {
        return expression
      } else if take(.name("is")) {
        expression = try parseTest(of: expression)
      } else if current == .symbol("("), length > 1 {
        let depth = treeDepth
        expression = .call(expression, try parseOptionalArguments())
        try deepen(from: max(depth, treeDepth))
      } else {
        return expression
      }
    }
  }

  /// A filter from its name on.
  mutating func parseFilter(
    of operand: TemplateExpression
  ) throws(TokenizationError) -> TemplateExpression {
    let depth = treeDepth
    let name = try parseDottedName()
    guard isConditional || TemplateSignatures.filters[name] != nil else {
      throw failure("there is no filter \(name)")
    }
    let arguments = try parseOptionalArguments()
    try deepen(from: max(depth, treeDepth))
    return .filter(operand, name: name, arguments)
  }

  private mutating func parseTest(
    of operand: TemplateExpression
  ) throws(TokenizationError) -> TemplateExpression {
    let depth = treeDepth
    let isNegated = take(.name("not"))
    let name = try parseDottedName()
    guard isConditional || TemplateSignatures.tests[name] != nil else {
      throw failure("there is no test \(name)")
    }
    let test = TemplateExpression.test(operand, name: name, try parseTestArguments())
    try deepen(from: max(depth, treeDepth))
    if isNegated { try deepen(from: treeDepth) }
    return isNegated ? .not(test) : test
  }

  private mutating func parseDottedName() throws(TokenizationError) -> String {
    var name = try expectName()
    while take(.symbol(".")) { name += "." + (try expectName()) }
    return name
  }

  /// A test's argument may stand without parentheses: `is divisibleby 3`.
  private mutating func parseTestArguments() throws(TokenizationError) -> TemplateArguments {
    switch current {
    case .symbol("("): return try parseOptionalArguments()
    case .string, .integer, .number, .symbol("["), .symbol("{"):
      return TemplateArguments(positional: [try parsePostfix(of: parsePrimary())])
    case .name("is"): throw failure("tests cannot follow one another")
    case .name(let name) where !["else", "or", "and", "if", "not", "in"].contains(name):
      return TemplateArguments(positional: [try parsePostfix(of: parsePrimary())])
    default: return TemplateArguments()
    }
  }

  // MARK: Postfixes

  private mutating func parsePostfix(
    of start: TemplateExpression
  ) throws(TokenizationError) -> TemplateExpression {
    var expression = start
    var length = 0
    while true {
      try countChain(&length)
      let depth = treeDepth
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
      try deepen(from: max(depth, treeDepth))
    }
  }

  private mutating func parseSubscript(
    of base: TemplateExpression
  ) throws(TokenizationError) -> TemplateExpression {
    var parts: [TemplateExpression?] = []
    var depth = treeDepth
    repeat {
      let isEmpty = current == .symbol(":") || current == .symbol("]")
      parts.append(isEmpty ? nil : try parseExpression())
      depth = max(depth, treeDepth)
    } while take(.symbol(":"))
    treeDepth = depth
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
    var depth = treeDepth
    while !take(.symbol(")")) {
      try parseArgument(into: &arguments)
      depth = max(depth, treeDepth)
      guard take(.symbol(",")) || current == .symbol(")") else { throw failure("expected , or )") }
    }
    treeDepth = depth
    return arguments
  }

  private mutating func parseArgument(
    into arguments: inout TemplateArguments
  ) throws(TokenizationError) {
    let isLast = arguments.namedSpread != nil
    if !isLast, arguments.spread == nil, take(.symbol("*")) {
      arguments.spread = try parseExpression()
    } else if !isLast, take(.symbol("**")) {
      arguments.namedSpread = try parseExpression()
    } else if !isLast, case .name(let name) = current, token(1) == .symbol("=") {
      position += 2
      guard !arguments.named.contains(where: { $0.name == name }) else {
        throw failure("the argument \(name) stands twice")
      }
      arguments.named.append((name, try parseExpression()))
    } else {
      guard !isLast, arguments.spread == nil, arguments.named.isEmpty else {
        throw failure("an argument without a name stands behind one that has one")
      }
      arguments.positional.append(try parseExpression())
    }
  }

  // MARK: Literals

  private mutating func parsePrimary() throws(TokenizationError) -> TemplateExpression {
    guard let token = current else { throw failure("expected an expression") }
    position += 1
    treeDepth = 1
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
      default:
        if ["caller", "varargs", "kwargs"].contains(name) { usedNames.insert(name) }
        return .name(name)
      }
    case .symbol("("): return try parseParenthesis()
    case .symbol("["): return .list(try parseElements(closing: "]"), isTuple: false)
    case .symbol("{"): return try parseDictionary()
    default:
      position -= 1
      throw failure("expected an expression")
    }
  }

  private mutating func parseParenthesis() throws(TokenizationError) -> TemplateExpression {
    if take(.symbol(")")) { return .list([], isTuple: true) }
    let expression = try parseTuple()
    try expectSymbol(")")
    return expression
  }

  private mutating func parseElements(
    closing: String
  ) throws(TokenizationError) -> [TemplateExpression] {
    var elements: [TemplateExpression] = []
    var depth = treeDepth
    while !take(.symbol(closing)) {
      elements.append(try parseExpression())
      depth = max(depth, treeDepth)
      guard take(.symbol(",")) || current == .symbol(closing) else {
        throw failure("expected , or \(closing)")
      }
    }
    try deepen(from: depth)
    return elements
  }

  private mutating func parseDictionary() throws(TokenizationError) -> TemplateExpression {
    var pairs: [(key: TemplateExpression, value: TemplateExpression)] = []
    var depth = treeDepth
    while !take(.symbol("}")) {
      let key = try parseExpression()
      depth = max(depth, treeDepth)
      try expectSymbol(":")
      pairs.append((key, try parseExpression()))
      depth = max(depth, treeDepth)
      guard take(.symbol(",")) || current == .symbol("}") else { throw failure("expected , or }") }
    }
    try deepen(from: depth)
    return .dictionary(pairs)
  }
}
