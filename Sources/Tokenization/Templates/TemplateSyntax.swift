/// An expression of a template, as parsed.
indirect enum TemplateExpression: Sendable {
  case string(String)
  case integer(Int)
  case number(Double)
  case bool(Bool)
  case none
  case name(String)
  case list([TemplateExpression], isTuple: Bool)
  case dictionary([(key: TemplateExpression, value: TemplateExpression)])
  case not(TemplateExpression)
  case negative(TemplateExpression)
  case positive(TemplateExpression)
  case binary(TemplateOperator, TemplateExpression, TemplateExpression)
  /// a if b else c; without `else` undefined.
  case conditional(
    TemplateExpression, condition: TemplateExpression, otherwise: TemplateExpression?)
  case attribute(TemplateExpression, String)
  case item(TemplateExpression, TemplateExpression)
  case slice(
    TemplateExpression, from: TemplateExpression?, to: TemplateExpression?,
    step: TemplateExpression?)
  case call(TemplateExpression, TemplateArguments)
  case filter(TemplateExpression, name: String, TemplateArguments)
  case test(TemplateExpression, name: String, TemplateArguments)
  /// What a filter or set block holds, rendered.
  case captured
}

/// The arguments of a call, a filter or a test.
struct TemplateArguments: Sendable {
  var positional: [TemplateExpression] = []
  var named: [(name: String, value: TemplateExpression)] = []
  /// What stands behind `*`.
  var spread: TemplateExpression?
  /// What stands behind `**`.
  var namedSpread: TemplateExpression?
}

enum TemplateOperator: String, Sendable {
  case or, and
  case equal = "=="
  case notEqual = "!="
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
  case `in`
  case notIn = "not in"
  case add = "+"
  case subtract = "-"
  case concatenate = "~"
  case multiply = "*"
  case divide = "/"
  case floorDivide = "//"
  case remainder = "%"
  case power = "**"
}

/// A part of a template, with the line on which it begins.
struct TemplateNode: Sendable {
  let line: Int
  let kind: Kind

  indirect enum Kind: Sendable {
    case text(String)
    case output(TemplateExpression)
    case `if`([(condition: TemplateExpression, body: [TemplateNode])], otherwise: [TemplateNode])
    case `for`(TemplateLoop)
    case set(TemplateTarget, TemplateExpression)
    /// What the body renders, through the filters of the expression.
    case setBlock(TemplateTarget, [TemplateNode], TemplateExpression)
    case filterBlock([TemplateNode], TemplateExpression)
    case with([(target: TemplateTarget, value: TemplateExpression)], [TemplateNode])
    case macro(TemplateMacro)
    /// Calls a macro that may call the body back.
    case callBlock(TemplateMacro, TemplateExpression, TemplateArguments)
    /// Renders the block of that name, which only inheritance would make another.
    case block(String, isScoped: Bool)
    /// include, import, from or extends.
    case otherTemplate(String)
    /// A scope of its own.
    case scope([TemplateNode])
    case `break`
    case `continue`
  }
}

/// for target in sequence if condition
struct TemplateLoop: Sendable {
  var target: TemplateTarget
  var sequence: TemplateExpression
  var condition: TemplateExpression?
  var isRecursive: Bool
  var body: [TemplateNode]
  var otherwise: [TemplateNode]
}

/// What stands between `block` and `endblock`.
struct TemplateBlock: Sendable {
  var body: [TemplateNode]
  /// Must be filled by a template that extends this one.
  var isRequired: Bool
}

/// A macro, or the body of a call block.
struct TemplateMacro: Sendable {
  var name: String
  var parameters: [(name: String, fallback: TemplateExpression?)]
  var body: [TemplateNode]
  /// Which of `caller`, `varargs` and `kwargs` the body speaks of.
  var uses: Set<String>
}

/// What a value is assigned to: a name, an attribute of a namespace, or several of these.
indirect enum TemplateTarget: Sendable {
  case name(String)
  case attribute(String, String)
  case tuple([TemplateTarget])
}
