/// Parses the statements of a template; TemplateParser+Expressions.swift does the expressions.
///
/// Follows Jinja's own parser, so that what it takes is taken and means the same.
struct TemplateParser {
  /// Of statements in statements and of expressions in expressions: each takes stack, here and
  /// when evaluated.
  static let depthLimit = 64
  /// Of operators in a row, which nest to the left.
  static let chainLimit = 256
  /// Of an expression as a tree, rows of operators within rows of operators counted.
  static let treeLimit = 512

  let tokens: [TemplateLexer.Located]
  var position = 0
  var depth = 0
  /// How deep the tree of the expression is that was parsed last.
  var treeDepth = 0
  /// Whether a condition decides if what is parsed is ever run: Jinja then takes filters that it
  /// does not know and refuses them when they are reached.
  var isConditional = false
  /// Of the macro being parsed: which of its special names its body speaks of.
  var usedNames: Set<String> = []

  /// By their names.
  private var blocks: [String: TemplateBlock] = [:]

  init(tokens: [TemplateLexer.Located]) { self.tokens = tokens }

  static func parse(
    _ source: String
  ) throws(TokenizationError) -> (nodes: [TemplateNode], blocks: [String: TemplateBlock]) {
    var lexer = TemplateLexer(source)
    var parser = TemplateParser(tokens: try lexer.run())
    return (try parser.parseBody(until: []), parser.blocks)
  }

  // MARK: Tokens

  var line: Int { tokens.isEmpty ? 1 : tokens[min(position, tokens.count - 1)].line }
  var current: TemplateLexer.Token? { token(0) }

  func token(_ offset: Int) -> TemplateLexer.Token? {
    position + offset < tokens.count ? tokens[position + offset].token : nil
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

  private mutating func endTag() throws(TokenizationError) {
    try expect(.endTag, "the end of the tag")
  }

  // MARK: Bodies

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
        let expression = try parseTuple()
        try endTag()
        nodes.append(TemplateNode(line: start, kind: .output(expression)))
      case .beginBlock:
        if case .name(let name) = current, ends.contains(name) { return nodes }
        let kind = try nested { (parser) throws(TokenizationError) in
          try parser.parseStatement(line: start)
        }
        nodes.append(TemplateNode(line: start, kind: kind))
      default: throw failure("unexpected token")
      }
    }
    guard ends.isEmpty else {
      throw failure("expected \(ends.sorted().joined(separator: " or "))")
    }
    return nodes
  }

  /// The rest of a tag that opens a block of its own, the block and the tag that closes it.
  private mutating func parseBlock(
    until end: String, isConditional conditional: Bool = false
  ) throws(TokenizationError) -> [TemplateNode] {
    try endTag()
    let body = try parseBranch(until: [end], isConditional: conditional)
    position += 1
    try endTag()
    return body
  }

  private mutating func parseBranch(
    until ends: Set<String>, isConditional conditional: Bool
  ) throws(TokenizationError) -> [TemplateNode] {
    let outer = isConditional
    isConditional = conditional
    defer { isConditional = outer }
    return try parseBody(until: ends)
  }

  // MARK: Statements

  private mutating func parseStatement(
    line: Int
  ) throws(TokenizationError) -> TemplateNode.Kind {
    switch try expectName() {
    case "if": return try parseIf()
    case "for": return try parseFor()
    case "set": return try parseSet()
    case "macro": return .macro(try parseMacro())
    case "call": return try parseCall()
    case "filter": return try parseFilterBlock()
    case "with": return try parseWith()
    case "block": return try parseNamedBlock()
    case let name where ["include", "import", "from", "extends"].contains(name):
      // Where a condition decides, Jinja refuses it when it is reached.
      guard isConditional else {
        throw .template(line: line, reason: TemplateEvaluator.reason(ofOtherTemplate: name))
      }
      while current != nil, current != .endTag { position += 1 }
      try endTag()
      return .otherTemplate(name)
    case "break":
      try endTag()
      return .break
    case "continue":
      try endTag()
      return .continue
    case "generation":
      // Marks the assistant's words for training; renders what it holds.
      return .scope(try parseBlock(until: "endgeneration"))
    case let name:
      throw .template(
        line: line,
        reason: "the statement \(name) is not supported; supported: if, for, set, macro, call, "
          + "filter, with, block, raw, break, continue, generation")
    }
  }

  private mutating func parseIf() throws(TokenizationError) -> TemplateNode.Kind {
    var branches: [(condition: TemplateExpression, body: [TemplateNode])] = []
    var otherwise: [TemplateNode] = []
    var name = "elif"
    while name == "elif" {
      let outer = isConditional
      isConditional = true
      defer { isConditional = outer }
      let condition = try parseTuple()
      try endTag()
      branches.append(
        (condition, try parseBranch(until: ["elif", "else", "endif"], isConditional: true)))
      name = try expectName()
    }
    if name == "else" {
      try endTag()
      otherwise = try parseBranch(until: ["endif"], isConditional: true)
      position += 1
    }
    try endTag()
    return .if(branches, otherwise: otherwise)
  }

  private mutating func parseFor() throws(TokenizationError) -> TemplateNode.Kind {
    let target = try parseTarget(withAttributes: false)
    try expect(.name("in"), "in")
    // No conditional here: its `if` would be the loop's.
    let sequence = try parseTuple(withConditional: false)
    let condition = take(.name("if")) ? try parseExpression() : nil
    let isRecursive = take(.name("recursive"))
    try endTag()
    let body = try parseBranch(until: ["else", "endfor"], isConditional: false)
    var otherwise: [TemplateNode] = []
    if try expectName() == "else" {
      try endTag()
      otherwise = try parseBranch(until: ["endfor"], isConditional: false)
      position += 1
    }
    try endTag()
    return .for(
      TemplateLoop(
        target: target, sequence: sequence, condition: condition, isRecursive: isRecursive,
        body: body, otherwise: otherwise))
  }

  private mutating func parseSet() throws(TokenizationError) -> TemplateNode.Kind {
    let target = try parseTarget(withAttributes: true)
    if take(.symbol("=")) {
      let value = try parseTuple()
      try endTag()
      return .set(target, value)
    }
    let filters = try parseFilters(of: .captured)
    return .setBlock(target, try parseBlock(until: "endset"), filters)
  }

  private mutating func parseFilterBlock() throws(TokenizationError) -> TemplateNode.Kind {
    let filters = try parseFilters(of: parseFilter(of: .captured))
    return .filterBlock(try parseBlock(until: "endfilter"), filters)
  }

  private mutating func parseWith() throws(TokenizationError) -> TemplateNode.Kind {
    var targets: [(target: TemplateTarget, value: TemplateExpression)] = []
    while current != .endTag {
      if !targets.isEmpty { try expectSymbol(",") }
      let target = try parseSingleTarget(withAttributes: false)
      try expectSymbol("=")
      targets.append((target, try parseExpression()))
    }
    return .with(targets, try parseBlock(until: "endwith"))
  }

  private mutating func parseNamedBlock() throws(TokenizationError) -> TemplateNode.Kind {
    let name = try expectName()
    let isScoped = take(.name("scoped"))
    let isRequired = take(.name("required"))
    guard blocks[name] == nil else { throw failure("the block \(name) is defined twice") }
    // Known from here on: a block within it may not have its name.
    blocks[name] = TemplateBlock(body: [], isRequired: isRequired)
    try endTag()
    let body = try parseBranch(until: ["endblock"], isConditional: false)
    position += 1
    _ = take(.name(name))
    try endTag()
    blocks[name]?.body = body
    return .block(name, isScoped: isScoped)
  }

  // MARK: Macros

  private mutating func parseMacro() throws(TokenizationError) -> TemplateMacro {
    let name = try expectName()
    let parameters = try parseParameters()
    return try parseMacroBody(name, parameters, until: "endmacro")
  }

  private mutating func parseCall() throws(TokenizationError) -> TemplateNode.Kind {
    let parameters = current == .symbol("(") ? try parseParameters() : []
    guard case .call(let callee, let arguments) = try parseExpression() else {
      throw failure("expected a call")
    }
    return .callBlock(
      try parseMacroBody("caller", parameters, until: "endcall"), callee, arguments)
  }

  private mutating func parseMacroBody(
    _ name: String, _ parameters: [(name: String, fallback: TemplateExpression?)],
    until end: String
  ) throws(TokenizationError) -> TemplateMacro {
    let outer = usedNames
    usedNames = []
    let body = try parseBlock(until: end)
    defer { usedNames = outer.union(usedNames) }
    return TemplateMacro(name: name, parameters: parameters, body: body, uses: usedNames)
  }

  private mutating func parseParameters() throws(TokenizationError)
    -> [(name: String, fallback: TemplateExpression?)]
  {
    var parameters: [(name: String, fallback: TemplateExpression?)] = []
    try expectSymbol("(")
    while !take(.symbol(")")) {
      if !parameters.isEmpty { try expectSymbol(",") }
      let name = try expectName()
      if take(.symbol("=")) {
        parameters.append((name, try parseExpression()))
      } else {
        guard parameters.last?.fallback == nil else {
          throw failure("\(name) has no default and stands behind one that has")
        }
        parameters.append((name, nil))
      }
    }
    return parameters
  }

  // MARK: Targets

  /// What a value is assigned to; several with commas between take the value apart.
  private mutating func parseTarget(
    withAttributes: Bool
  ) throws(TokenizationError) -> TemplateTarget {
    let first = try parseSingleTarget(withAttributes: withAttributes)
    guard current == .symbol(",") else { return first }
    var targets = [first]
    while take(.symbol(",")) {
      if current == .symbol("=") || current == .symbol(")") || current == .name("in") { break }
      targets.append(try parseSingleTarget(withAttributes: withAttributes))
    }
    return .tuple(targets)
  }

  private mutating func parseSingleTarget(
    withAttributes: Bool
  ) throws(TokenizationError) -> TemplateTarget {
    if take(.symbol("(")) {
      let inner = try nested { (parser) throws(TokenizationError) in
        try parser.parseTarget(withAttributes: withAttributes)
      }
      try expectSymbol(")")
      return inner
    }
    let name = try expectName()
    guard !["true", "false", "none", "True", "False", "None"].contains(name) else {
      throw failure("\(name) cannot be set")
    }
    return withAttributes && take(.symbol(".")) ? .attribute(name, try expectName()) : .name(name)
  }
}
