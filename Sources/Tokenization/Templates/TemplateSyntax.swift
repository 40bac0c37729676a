/// An expression of a template, as parsed.
indirect enum TemplateExpression: Sendable {
  case string(String)
  case integer(Int)
  case number(Double)
  case bool(Bool)
  case none
  case name(String)
  case list([TemplateExpression])
  case dictionary([(key: TemplateExpression, value: TemplateExpression)])
  case not(TemplateExpression)
  case negative(TemplateExpression)
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
}

/// The arguments of a call, a filter or a test.
struct TemplateArguments: Sendable {
  var positional: [TemplateExpression] = []
  var named: [(name: String, value: TemplateExpression)] = []
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
    case set([TemplateTarget], TemplateExpression)
    case setBlock(String, [TemplateNode])
    case `break`
    case `continue`
  }
}

/// for names in sequence if condition
struct TemplateLoop: Sendable {
  var names: [String]
  var sequence: TemplateExpression
  var condition: TemplateExpression?
  var body: [TemplateNode]
  var otherwise: [TemplateNode]
}

/// What `set` assigns to: a name, or an attribute of a namespace.
enum TemplateTarget: Sendable {
  case name(String)
  case attribute(String, String)
}
