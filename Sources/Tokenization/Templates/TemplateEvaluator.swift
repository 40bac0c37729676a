/// Evaluates a parsed template. Steps, bytes, output and depth are limited, so that no template,
/// however written, runs long, grows large or leaves the stack.
///
/// A class: an expression may change names, namespaces and the output while another is half
/// evaluated, which no value that is being changed may see happen.
final class TemplateEvaluator {
  static let stepLimit = 2_000_000
  /// Of what is read and written in all.
  private static let byteLimit = 1 << 28
  /// In bytes, of the output and of any one text.
  static let sizeLimit = 16 << 20
  /// Of calls, blocks and expressions in one another.
  private static let depthLimit = 900
  /// Of lists and dictionaries in one another.
  static let nestingLimit = 200

  enum Flow {
    case next, `break`, `continue`
  }

  /// A loop that is under way, for `loop(…)` and `loop.changed`.
  struct Loop {
    let definition: TemplateLoop
    let scope: TemplateScope
    var changed: [TemplateValue]?
  }

  /// A macro with the scope that it sees.
  struct Macro {
    let definition: TemplateMacro
    let scope: TemplateScope
  }

  var scope: TemplateScope
  /// Of the template itself: what its blocks see.
  private let root: TemplateScope
  let blocks: [String: TemplateBlock]
  var namespaces: [TemplateDictionary] = []
  var loops: [Loop] = []
  var macros: [Macro] = []
  var cyclers: [(items: [TemplateValue], position: Int)] = []
  var joiners: [(separator: TemplateValue, isUsed: Bool)] = []
  /// What the innermost filter or set block rendered.
  var captured = TemplateValue.string("")
  let time: TemplateTime
  private var output = ""
  private let budget: TextBudget
  private var depth = 0
  var line = 1

  init(
    variables: [String: TemplateValue], blocks: [String: TemplateBlock] = [:],
    time: TemplateTime = .now, isStopped: @escaping @Sendable () -> Bool = { false }
  ) {
    var globals = variables
    for name in [
      "raise_exception", "namespace", "dict", "range", "strftime_now", "cycler", "joiner", "self",
    ] where globals[name] == nil {
      globals[name] = .function(name)
    }
    self.time = time
    self.blocks = blocks
    root = TemplateScope(parent: TemplateScope(parent: nil, values: globals))
    scope = root
    budget = TextBudget(
      "the chat template", steps: Self.stepLimit, bytes: Self.byteLimit, isStopped: isStopped)
  }

  func run(_ nodes: [TemplateNode]) throws(TokenizationError) -> String {
    _ = try execute(nodes)
    return output
  }

  // MARK: Limits

  func failure(_ reason: String) -> TokenizationError { .template(line: line, reason: reason) }

  func spend(_ steps: Int = 1, bytes: Int = 0) throws(TokenizationError) {
    try budget.spend(steps: steps, bytes: bytes)
  }

  func requireSize(_ byteCount: Int) throws(TokenizationError) {
    guard byteCount <= Self.sizeLimit else {
      throw failure("a text of more than \(Self.sizeLimit) bytes")
    }
  }

  /// A text that was made: paid for and not too large.
  func made(_ text: String) throws(TokenizationError) -> TemplateValue {
    let size = text.utf8.count
    try spend(bytes: size)
    try requireSize(size)
    return .string(text)
  }

  func made(
    _ elements: [TemplateValue], kind: TemplateList.Kind = .list
  ) throws(TokenizationError) -> TemplateValue {
    // An element takes a few dozen bytes.
    try spend(elements.count, bytes: elements.count * 64)
    try requireSize(elements.count * 64)
    return try checked(.sequence(TemplateList(elements, kind: kind)))
  }

  func made(_ dictionary: TemplateDictionary) throws(TokenizationError) -> TemplateValue {
    try spend(dictionary.pairs.count, bytes: dictionary.pairs.count * 64)
    return try checked(.dictionary(dictionary))
  }

  private func checked(_ value: TemplateValue) throws(TokenizationError) -> TemplateValue {
    guard value.depth <= Self.nestingLimit else {
      throw failure("lists and dictionaries nested deeper than \(Self.nestingLimit)")
    }
    return value
  }

  func enter() throws(TokenizationError) {
    depth += 1
    guard depth <= Self.depthLimit else {
      throw failure("calls and blocks nested deeper than \(Self.depthLimit)")
    }
  }

  func leave() { depth -= 1 }

  // MARK: Scopes

  func lookUp(_ name: String) -> TemplateValue { scope.lookUp(name) ?? .undefined(name: name) }

  /// Runs `body` with a scope of its own.
  func scoped<Result>(
    parent: TemplateScope? = nil, _ body: () throws(TokenizationError) -> Result
  ) throws(TokenizationError) -> Result {
    let outer = scope
    scope = TemplateScope(parent: parent ?? outer)
    defer { scope = outer }
    return try body()
  }

  /// What `body` puts out.
  func capture(_ body: () throws(TokenizationError) -> Void) throws(TokenizationError) -> String {
    let outer = output
    output = ""
    defer { output = outer }
    try body()
    return output
  }

  // MARK: Statements

  func emit(_ text: String) throws(TokenizationError) {
    let size = text.utf8.count
    try spend(bytes: size)
    try requireSize(output.utf8.count + size)
    output += text
  }

  @discardableResult
  func execute(_ nodes: [TemplateNode]) throws(TokenizationError) -> Flow {
    try enter()
    defer { leave() }
    for node in nodes {
      line = node.line
      try spend()
      let flow = try execute(node.kind)
      if flow != .next { return flow }
    }
    return .next
  }

  private func execute(_ kind: TemplateNode.Kind) throws(TokenizationError) -> Flow {
    switch kind {
    case .text(let text): try emit(text)
    case .output(let expression): try emit(try text(of: evaluate(expression)))
    case .if(let branches, let otherwise): return try executeIf(branches, otherwise)
    case .for(let loop): try execute(loop, over: try evaluate(loop.sequence), depth: 0)
    case .set(let target, let expression): try assign(try evaluate(expression), to: target)
    case .setBlock(let target, let body, let filters):
      try assign(try rendered(body, through: filters), to: target)
    case .filterBlock(let body, let filters):
      let value = try rendered(body, through: filters)
      guard let text = value.asText else {
        throw failure("the filters of a block give \(value.kind), expected a text")
      }
      try emit(text)
    case .with(let targets, let body): try executeWith(targets, body)
    case .macro(let macro): scope.set(macro.name, define(macro))
    case .callBlock(let caller, let callee, let arguments):
      var values = try self.values(arguments)
      values.named.append(("caller", define(caller)))
      try emit(try text(of: call(callee, values)))
    case .scope(let body): return try scoped { () throws(TokenizationError) in try execute(body) }
    case .block(let name, let isScoped): try execute(block: name, isScoped: isScoped)
    case .otherTemplate(let statement): throw failure(Self.reason(ofOtherTemplate: statement))
    case .break: return .break
    case .continue: return .continue
    }
    return .next
  }

  static func reason(ofOtherTemplate statement: String) -> String {
    "the statement \(statement) takes another template, and a chat template has none beside it"
  }

  /// A block sees the template's own names, and those around it only where
  /// it says that it is scoped.
  func execute(block name: String, isScoped: Bool) throws(TokenizationError) {
    guard let block = blocks[name] else { throw failure("there is no block \(name)") }
    guard !block.isRequired else { throw failure("the block \(name) is required and not filled") }
    try scoped(parent: isScoped ? nil : root) { () throws(TokenizationError) in
      _ = try execute(block.body)
    }
  }

  private func executeIf(
    _ branches: [(condition: TemplateExpression, body: [TemplateNode])],
    _ otherwise: [TemplateNode]
  ) throws(TokenizationError) -> Flow {
    for branch in branches where try evaluate(branch.condition).isTrue {
      return try execute(branch.body)
    }
    return try execute(otherwise)
  }

  private func rendered(
    _ body: [TemplateNode], through filters: TemplateExpression
  ) throws(TokenizationError) -> TemplateValue {
    let text = try capture { () throws(TokenizationError) in
      try scoped { () throws(TokenizationError) in _ = try execute(body) }
    }
    captured = .string(text)
    return try evaluate(filters)
  }

  /// The values see nothing of each other.
  private func executeWith(
    _ targets: [(target: TemplateTarget, value: TemplateExpression)], _ body: [TemplateNode]
  ) throws(TokenizationError) {
    var values: [TemplateValue] = []
    for target in targets { values.append(try evaluate(target.value)) }
    try scoped { () throws(TokenizationError) in
      for (target, value) in zip(targets, values) { try assign(value, to: target.target) }
      _ = try execute(body)
    }
  }

  // MARK: Loops

  func execute(
    _ loop: TemplateLoop, over sequence: TemplateValue, depth: Int, of known: Int? = nil
  ) throws(TokenizationError) {
    var items: [TemplateValue] = []
    for item in try elements(of: sequence) {
      if let condition = loop.condition {
        let isTaken = try scoped { () throws(TokenizationError) in
          try assign(item, to: loop.target)
          return try evaluate(condition).isTrue
        }
        if !isTaken { continue }
      }
      items.append(item)
    }
    guard !items.isEmpty else {
      try scoped { () throws(TokenizationError) in _ = try execute(loop.otherwise) }
      return
    }
    let number = known ?? loops.count
    if known == nil { loops.append(Loop(definition: loop, scope: scope)) }
    for index in items.indices {
      let flow = try scoped { () throws(TokenizationError) in
        try assign(items[index], to: loop.target)
        scope.set(
          "loop",
          .loop(TemplateLoopState(number: number, items: items, index: index, depth: depth)))
        return try execute(loop.body)
      }
      if flow == .break { return }
    }
  }

  // MARK: Targets

  private func assign(
    _ value: TemplateValue, to target: TemplateTarget
  ) throws(TokenizationError) {
    switch target {
    case .name(let name): scope.set(name, value)
    case .attribute(let name, let attribute):
      guard case .namespace(let number) = lookUp(name) else {
        throw failure("\(name).\(attribute) cannot be set: \(name) is not a namespace")
      }
      try set(attribute, of: number, to: value)
    case .tuple(let targets):
      let parts = try elements(of: value)
      guard parts.count == targets.count else {
        throw failure("\(value.kind) gives \(parts.count) values, expected \(targets.count)")
      }
      for (target, part) in zip(targets, parts) { try assign(part, to: target) }
    }
  }

  func set(
    _ name: String, of number: Int, to value: TemplateValue
  ) throws(TokenizationError) {
    guard !name.hasPrefix("_") else {
      throw failure("the attribute \(name) of a namespace begins with an underscore")
    }
    namespaces[number].insert(value, for: .string(name))
  }

  /// What a loop over `value` visits.
  func elements(of value: TemplateValue) throws(TokenizationError) -> [TemplateValue] {
    switch value {
    case .sequence(let list):
      try spend(list.elements.count)
      return list.elements
    case .dictionary(let dictionary):
      try spend(dictionary.pairs.count)
      return dictionary.pairs.map(\.key)
    case .string(let text), .markup(let text):
      try requireSize(text.utf8.count * 64)
      try spend(text.utf8.count)
      return text.unicodeScalars.map { .string(String($0)) }
    case .loop(let state): return Array(state.items[(state.index + 1)...])
    case .undefined: return []
    default: throw failure("\(value.kind) cannot be looped over")
    }
  }

  // MARK: Text

  /// Python's `str`.
  func text(of value: TemplateValue) throws(TokenizationError) -> String {
    switch value {
    case .undefined: return ""
    case .string(let text), .markup(let text): return text
    default:
      var writer = TemplateWriter(self)
      try writer.write(value)
      return writer.text
    }
  }
}
