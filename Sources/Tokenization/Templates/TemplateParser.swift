/// Parses the statements of a template; TemplateParser+Expressions.swift does the expressions.
struct TemplateParser {
  /// Of statements in statements and of expressions in expressions: each takes stack, here and
  /// when evaluated.
  static let depthLimit = 64
  /// Of operators in a row, which nest to the left.
  static let chainLimit = 256

  let tokens: [TemplateLexer.Located]
  var position = 0
  var depth = 0

  static func parse(_ source: String) throws(TokenizationError) -> [TemplateNode] {
    var lexer = TemplateLexer(source)
    var parser = TemplateParser(tokens: try lexer.run())
    let nodes = try parser.parseBody(until: [])
    return nodes
  }

  // MARK: Tokens

  var line: Int { tokens.isEmpty ? 1 : tokens[min(position, tokens.count - 1)].line }
  var current: TemplateLexer.Token? {
    position < tokens.count ? tokens[position].token : nil
  }

  func failure(_ reason: String) -> TokenizationError { .template(line: line, reason: reason) }

  mutating func take(_ token: TemplateLexer.Token) -> Bool {
    guard current == token else { return false }
    position += 1
    return true
  }

  mutating func expect(_ token: TemplateLexer.Token, _ what: String) throws(TokenizationError) {
    guard take(token) else { throw failure("expected \(what)") }
  }

  mutating func expectSymbol(_ symbol: String) throws(TokenizationError) {
    try expect(.symbol(symbol), symbol)
  }

  mutating func expectName() throws(TokenizationError) -> String {
    guard case .name(let name) = current else { throw failure("expected a name") }
    position += 1
    return name
  }

  mutating func nested<Result>(
    _ parse: (inout TemplateParser) throws(TokenizationError) -> Result
  ) throws(TokenizationError) -> Result {
    guard depth < Self.depthLimit else { throw failure("nested deeper than \(Self.depthLimit)") }
    depth += 1
    defer { depth -= 1 }
    return try parse(&self)
  }

  // MARK: Statements

  /// Nodes up to a block tag that begins with one of `ends`, whose name is left current, or, where
  /// `ends` is empty, up to the end.
  mutating func parseBody(until ends: Set<String>) throws(TokenizationError) -> [TemplateNode] {
    var nodes: [TemplateNode] = []
    while let token = current {
      let start = line
      position += 1
      switch token {
      case .text(let text): nodes.append(TemplateNode(line: start, kind: .text(text)))
      case .beginOutput:
        let expression = try parseExpression()
        try expect(.endTag, "the end of the tag")
        nodes.append(TemplateNode(line: start, kind: .output(expression)))
      case .beginBlock:
        if case .name(let name) = current, ends.contains(name) { return nodes }
        nodes.append(
          contentsOf: try nested { (parser) throws(TokenizationError) in
            try parser.parseStatement(line: start)
          })
      default: throw failure("unexpected token")
      }
    }
    guard ends.isEmpty else {
      throw failure("expected \(ends.sorted().joined(separator: " or "))")
    }
    return nodes
  }

  private mutating func parseStatement(line: Int) throws(TokenizationError) -> [TemplateNode] {
    let kind: TemplateNode.Kind
    switch try expectName() {
    case "if": kind = try parseIf()
    case "for": kind = try parseFor()
    case "set": kind = try parseSet()
    case "break": kind = .break
    case "continue": kind = .continue
    case "generation":
      // Marks the assistant's words for training; renders what it holds.
      try expect(.endTag, "the end of the tag")
      let body = try parseBody(until: ["endgeneration"])
      position += 1
      try expect(.endTag, "the end of the tag")
      return body
    case let name:
      throw .template(
        line: line,
        reason: "the statement \(name) is not supported; supported: if, for, set, break, "
          + "continue, generation")
    }
    try expect(.endTag, "the end of the tag")
    return [TemplateNode(line: line, kind: kind)]
  }

  private mutating func parseIf() throws(TokenizationError) -> TemplateNode.Kind {
    var branches: [(condition: TemplateExpression, body: [TemplateNode])] = []
    var otherwise: [TemplateNode] = []
    var name = "elif"
    while name == "elif" {
      let condition = try parseExpression()
      try expect(.endTag, "the end of the tag")
      branches.append((condition, try parseBody(until: ["elif", "else", "endif"])))
      name = try expectName()
    }
    if name == "else" {
      try expect(.endTag, "the end of the tag")
      otherwise = try parseBody(until: ["endif"])
      position += 1
    }
    return .if(branches, otherwise: otherwise)
  }

  private mutating func parseFor() throws(TokenizationError) -> TemplateNode.Kind {
    var names = [try expectName()]
    while take(.symbol(",")) { names.append(try expectName()) }
    try expect(.name("in"), "in")
    // No conditional here: its `if` would be the loop's.
    let sequence = try parseOr()
    let condition = take(.name("if")) ? try parseExpression() : nil
    try expect(.endTag, "the end of the tag")
    let body = try parseBody(until: ["else", "endfor"])
    var otherwise: [TemplateNode] = []
    if try expectName() == "else" {
      try expect(.endTag, "the end of the tag")
      otherwise = try parseBody(until: ["endfor"])
      position += 1
    }
    return .for(
      TemplateLoop(
        names: names, sequence: sequence, condition: condition, body: body, otherwise: otherwise))
  }

  private mutating func parseSet() throws(TokenizationError) -> TemplateNode.Kind {
    var targets: [TemplateTarget] = []
    repeat {
      let name = try expectName()
      targets.append(take(.symbol(".")) ? .attribute(name, try expectName()) : .name(name))
    } while take(.symbol(","))
    if take(.symbol("=")) { return .set(targets, try parseTuple()) }
    guard targets.count == 1, case .name(let name) = targets[0], current == .endTag else {
      throw failure("expected =")
    }
    try expect(.endTag, "the end of the tag")
    let body = try parseBody(until: ["endset"])
    position += 1
    return .setBlock(name, body)
  }
}
