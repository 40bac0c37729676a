import TestSupport

/// Random templates by the grammar of the language: every kind of statement and expression in every
/// other, sensible or not.
struct TemplateGrammar {
  private var random: SplitMix

  init(seed: UInt64) { random = SplitMix(seed: seed) }

  mutating func template() -> String {
    (0..<Int.random(in: 1...4, using: &random)).map { _ in statement(0) }.joined()
  }

  private mutating func pick(_ choices: [String]) -> String {
    choices.randomElement(using: &random) ?? ""
  }

  private static let names = [
    "a", "b", "ns", "f", "loop", "messages", "caller", "varargs", "x", "bos_token", "tools",
  ]

  private mutating func value() -> String {
    pick(
      Self.names + [
        "0", "1", "-1", "9223372036854775807", "1e308", "2.5", "''", "'ab'", "'é\\n'", "none",
        "true", "[]", "{}", "()", "[1, 'a']", "{'x': 1}", "(1, 2)", "range(3)", "namespace(x=1)",
        "joiner()", "cycler(1, 2)", "strftime_now('%Y')", "dict(x=1)",
      ])
  }

  private mutating func expression(_ depth: Int) -> String {
    if depth > 4 { return value() }
    let next = depth + 1
    switch Int.random(in: 0..<13, using: &random) {
    case 0, 1, 2: return value()
    case 3, 4:
      let filter = pick([
        "upper", "list", "length", "first", "last", "join", "join(b)", "tojson", "tojson(indent=2)",
        "sort", "unique", "batch(2)", "slice(3)", "map('upper')", "map(attribute='x.0')",
        "select('odd')", "selectattr('x')", "items", "dictsort", "default(a, true)",
        "replace(a, b)",
        "int", "float", "round(1)", "abs", "sum", "min", "max", "reverse", "indent", "truncate(3)",
        "center(9)", "wordcount", "title", "trim", "format(a)", "string", "safe", "attr('x')",
        "escape", "forceescape", "urlencode", "xmlattr", "groupby('x')", "groupby(0, default=a)",
      ])
      return "(\(expression(next)))|\(filter)"
    case 5:
      let test = pick([
        "defined", "none", "string", "iterable", "odd", "in a", "eq b", "lt 1", "sameas none",
        "callable", "divisibleby 2", "lower", "mapping",
      ])
      return "\(expression(next)) is \(pick(["", "not "]))\(test)"
    case 6:
      let method = pick([
        "upper", "split", "items", "get", "replace", "join", "find", "format", "strip", "next",
        "append", "index", "cycle", "changed", "x", "startswith", "rsplit", "partition", "zfill",
      ])
      return "(\(expression(next))).\(method)(\(pick(["", "a", "'a', 1", "*b", "**a", "x=1"])))"
    case 7:
      let sign = pick(["+", "-", "*", "/", "//", "%", "**", "~"])
      return "(\(expression(next)) \(sign) \(expression(next)))"
    case 8:
      let sign = pick(["==", "!=", "<", ">=", "in", "not in", "and", "or"])
      return "(\(expression(next)) \(sign) \(expression(next)))"
    case 9: return "(\(expression(next)) if \(expression(next)) else \(expression(next)))"
    case 10:
      let index = pick([
        "0", "-1", "1:", "::-1", "'x'", "a", ":9:2", "::0", "-9223372036854775808:",
      ])
      return "(\(expression(next)))[\(index)]"
    case 11: return "[\(expression(next)), {'x': \(expression(next))}]"
    default: return "(\(expression(next)))(\(expression(next)))"
    }
  }

  private mutating func statement(_ depth: Int) -> String {
    if depth > 3 { return "{{ \(expression(2)) }}" }
    let next = depth + 1
    let (open, close) = (pick(["{%", "{%-", "{%+"]), pick(["%}", "-%}"]))
    func tag(_ content: String) -> String { "\(open) \(content) \(close)" }
    switch Int.random(in: 0..<15, using: &random) {
    case 0, 1, 2: return "{{ \(expression(0)) }}"
    case 3: return pick(["text", " ", "\n  ", "{# c #}", "é"])
    case 4: return tag("set \(pick(["a", "b", "ns.x", "a, b"])) = \(expression(0))")
    case 5:
      return tag("if \(expression(0))") + statement(next) + tag("else") + statement(next)
        + tag("endif")
    case 6:
      return tag(
        "for \(pick(["a", "a, b"])) in \(expression(0)) \(pick(["", "if a", "recursive"]))")
        + statement(next) + pick(["", "{% break %}", "{% continue %}", "{{ loop([a]) }}"])
        + tag("endfor")
    case 7:
      return tag("macro f(\(pick(["", "x", "x, a=b"])))") + statement(next) + tag("endmacro")
        + "{{ f(\(expression(1))) }}"
    case 8: return tag("call f(\(value()))") + statement(next) + tag("endcall")
    case 9:
      return tag("filter \(pick(["upper", "trim", "length"]))") + statement(next) + tag("endfilter")
    case 10: return tag("with a = \(expression(0))") + statement(next) + tag("endwith")
    case 12:
      let name = pick(["p", "q", "r"])
      return tag("block \(name)\(pick(["", " scoped"]))") + statement(next) + tag("endblock")
        + pick(["", "{{ self.\(name)() }}", "{{ self.p() }}"])
    case 13: return tag("if \(expression(2))") + tag("include 'a'") + tag("endif")
    case 11: return tag("set a") + statement(next) + tag("endset")
    default: return "{% set ns = namespace(x=\(expression(1))) %}" + statement(next)
    }
  }
}
