/// Evaluates a parsed template. Steps and output are limited, so that no template, however
/// written, runs long or grows large.
struct TemplateEvaluator {
  static let stepLimit = 2_000_000
  /// In bytes, of the output and of any one text.
  static let sizeLimit = 16 << 20

  private enum Flow {
    case next, `break`, `continue`
  }

  /// Where names are looked up, the innermost last.
  private var scopes: [[String: TemplateValue]]
  var namespaces: [[String: TemplateValue]] = []
  private var output = ""
  private var steps = 0
  var line = 1

  init(variables: [String: TemplateValue]) {
    var globals = variables
    for name in ["raise_exception", "namespace", "dict", "range"] {
      globals[name] = .function(name)
    }
    scopes = [globals]
  }

  mutating func run(_ nodes: [TemplateNode]) throws(TokenizationError) -> String {
    _ = try execute(nodes)
    return output
  }

  func failure(_ reason: String) -> TokenizationError { .template(line: line, reason: reason) }

  mutating func step(_ count: Int = 1) throws(TokenizationError) {
    steps += count
    guard steps <= Self.stepLimit else { throw failure("more than \(Self.stepLimit) steps") }
  }

  func requireSize(_ byteCount: Int) throws(TokenizationError) {
    guard byteCount <= Self.sizeLimit else {
      throw failure("a text of more than \(Self.sizeLimit) bytes")
    }
  }

  func lookUp(_ name: String) -> TemplateValue {
    for scope in scopes.reversed() {
      if let value = scope[name] { return value }
    }
    return .undefined(name: name)
  }

  // MARK: Statements

  private mutating func emit(_ text: String) throws(TokenizationError) {
    try requireSize(output.utf8.count + text.utf8.count)
    output += text
  }

  private mutating func execute(_ nodes: [TemplateNode]) throws(TokenizationError) -> Flow {
    for node in nodes {
      line = node.line
      try step()
      switch node.kind {
      case .text(let text): try emit(text)
      case .output(let expression): try emit(try evaluate(expression).text)
      case .if(let branches, let otherwise):
        let flow = try executeIf(branches, otherwise)
        if flow != .next { return flow }
      case .for(let loop): try executeFor(loop)
      case .set(let targets, let expression): try assign(try evaluate(expression), to: targets)
      case .setBlock(let name, let body):
        let outer = output
        output = ""
        _ = try execute(body)
        scopes[scopes.count - 1][name] = .string(output)
        output = outer
      case .break: return .break
      case .continue: return .continue
      }
    }
    return .next
  }

  private mutating func executeIf(
    _ branches: [(condition: TemplateExpression, body: [TemplateNode])],
    _ otherwise: [TemplateNode]
  ) throws(TokenizationError) -> Flow {
    for branch in branches where try evaluate(branch.condition).isTrue {
      return try execute(branch.body)
    }
    return try execute(otherwise)
  }

  private mutating func executeFor(_ loop: TemplateLoop) throws(TokenizationError) {
    var items: [TemplateValue] = []
    for item in try elements(of: evaluate(loop.sequence)) {
      if let condition = loop.condition {
        scopes.append(try bindings(loop.names, item))
        let isTaken = try evaluate(condition).isTrue
        scopes.removeLast()
        if !isTaken { continue }
      }
      items.append(item)
    }
    guard !items.isEmpty else {
      _ = try execute(loop.otherwise)
      return
    }
    for (index, item) in items.enumerated() {
      var scope = try bindings(loop.names, item)
      scope["loop"] = Self.loopVariable(index, items)
      scopes.append(scope)
      let flow = try execute(loop.body)
      scopes.removeLast()
      if flow == .break { return }
    }
  }

  private static func loopVariable(_ index: Int, _ items: [TemplateValue]) -> TemplateValue {
    .dictionary(
      TemplateDictionary([
        ("index", .integer(index + 1)), ("index0", .integer(index)),
        ("revindex", .integer(items.count - index)),
        ("revindex0", .integer(items.count - index - 1)),
        ("first", .bool(index == 0)), ("last", .bool(index == items.count - 1)),
        ("length", .integer(items.count)),
        ("previtem", index > 0 ? items[index - 1] : .undefined(name: "loop.previtem")),
        (
          "nextitem",
          index + 1 < items.count ? items[index + 1] : .undefined(name: "loop.nextitem")
        ),
      ]))
  }

  private func bindings(
    _ names: [String], _ item: TemplateValue
  ) throws(TokenizationError) -> [String: TemplateValue] {
    if names.count == 1 { return [names[0]: item] }
    guard case .list(let parts) = item, parts.count == names.count else {
      throw failure("\(item.kind) does not give \(names.count) values")
    }
    return Dictionary(zip(names, parts), uniquingKeysWith: { _, last in last })
  }

  private mutating func assign(
    _ value: TemplateValue, to targets: [TemplateTarget]
  ) throws(TokenizationError) {
    var values = [value]
    if targets.count > 1 {
      guard case .list(let parts) = value, parts.count == targets.count else {
        throw failure("\(value.kind) does not give \(targets.count) values")
      }
      values = parts
    }
    for (target, value) in zip(targets, values) {
      switch target {
      case .name(let name): scopes[scopes.count - 1][name] = value
      case .attribute(let name, let attribute):
        guard case .namespace(let number) = lookUp(name) else {
          throw failure("\(name).\(attribute) cannot be set: \(name) is no namespace")
        }
        namespaces[number][attribute] = value
      }
    }
  }

  /// What a loop over `value` visits.
  func elements(of value: TemplateValue) throws(TokenizationError) -> [TemplateValue] {
    switch value {
    case .list(let values): return values
    case .dictionary(let dictionary): return dictionary.pairs.map { .string($0.key) }
    case .string(let text): return text.unicodeScalars.map { .string(String($0)) }
    case .undefined: return []
    default: throw failure("\(value.kind) cannot be looped over")
    }
  }
}
