import JSON
import TestSupport

/// Random requests by the schemas of protocol/openrpc.json: most of their right shape, some with
/// values that no sound client sends.
struct RequestGrammar {
  private let schemas: JSONValue
  private let methods: [JSONValue]
  /// By name of a property: values that mean something to the kernel.
  private let known: [String: [JSONValue]]
  private var random: SplitMix

  /// - Parameter document: the answer of `rpc.discover`.
  init(_ document: JSONValue, known: [String: [JSONValue]], random: SplitMix) {
    schemas = document["components"]?["schemas"] ?? [:]
    // What ends the session, or begins it.
    methods = (document["methods"]?.elements ?? []).filter {
      !["initialize", "shutdown", "rpc.discover"].contains($0["name"]?.stringValue)
    }
    self.known = known
    self.random = random
  }

  private mutating func pick<Element>(_ choices: [Element]) -> Element {
    choices[Int.random(in: 0..<choices.count, using: &random)]
  }

  private mutating func chance(_ percent: Int) -> Bool {
    Int.random(in: 0..<100, using: &random) < percent
  }

  mutating func request() -> (method: String, params: JSONValue) {
    let method = pick(methods)
    var params = JSONObject([:])
    for param in method["params"]?.elements ?? [] {
      guard let name = param["name"]?.stringValue, let schema = param["schema"] else { continue }
      // Nothing is to take longer.
      if name == "deadlineMs" {
        params[name] = chance(5) ? hostile() : .integer(Int64.random(in: 0...2000, using: &random))
      } else if chance(param["required"] == true ? 99 : 25) {
        params[name] = value(schema, name, 0)
      }
    }
    if chance(2) { params["other"] = hostile() }
    return (method["name"]?.stringValue ?? "", chance(1) ? hostile() : .object(params))
  }

  private mutating func value(_ schema: JSONValue, _ name: String, _ depth: Int) -> JSONValue {
    if chance(2) { return hostile() }
    if depth > 8 { return .null }
    if let reference = schema["$ref"]?.stringValue {
      let target = schemas[String(reference.dropFirst("#/components/schemas/".count))]
      return target.map { value($0, name, depth + 1) } ?? .null
    }
    let isObject = schema["properties"] != nil || schema["required"] != nil
    if let choices = schema["oneOf"]?.arrayValue, !choices.isEmpty {
      let choice = value(pick(choices), name, depth + 1)
      // What all choices have in common stands beside them.
      guard isObject, case .object(var members) = choice,
        case .object(let common) = object(schema, depth)
      else { return choice }
      for member in common.members { members[member.name] = member.value }
      return .object(members)
    }
    if let constant = schema["const"] { return constant }
    let isText = schema["type"] == "string"
    let values = (known[name] ?? []).filter { ($0.stringValue != nil) == isText }
    if isText || schema["type"] == "integer", !values.isEmpty, !chance(10) { return pick(values) }
    if let choices = schema["enum"]?.arrayValue, !choices.isEmpty { return pick(choices) }
    let types = schema["type"]?.arrayValue ?? [schema["type"] ?? (isObject ? "object" : .null)]
    switch pick(types).stringValue {
    case "object": return object(schema, depth)
    case "array":
      let items = schema["items"] ?? [:]
      let count = chance(2) ? 600 : Int.random(in: 0...3, using: &random)
      return .array((0..<count).map { _ in value(items, name, depth + 1) })
    case "string": return string()
    case "integer": return integer(schema)
    case "number":
      return pick([
        .number(0.5), .integer(0), .integer(1), .number(-1.5), .number(1e308),
        .number(.leastNonzeroMagnitude),
        .integer(.max),
      ])
    case "boolean": return pick([true, false])
    default: return hostile()
    }
  }

  private mutating func object(_ schema: JSONValue, _ depth: Int) -> JSONValue {
    let required = Set((schema["required"]?.elements ?? []).compactMap(\.stringValue))
    var members = JSONObject([:])
    if case .object(let properties)? = schema["properties"] {
      for member in properties.members where chance(required.contains(member.name) ? 99 : 30) {
        members[member.name] = value(member.value, member.name, depth + 1)
      }
    }
    if let others = schema["additionalProperties"], others.objectValue != nil {
      for _ in 0..<Int.random(in: 0...2, using: &random) {
        members[pick(["0", "7", "-1", "a", ""])] = value(others, "", depth + 1)
      }
    }
    return .object(members)
  }

  private mutating func string() -> JSONValue {
    let texts = [
      "", "a", "Yes", " Yes", "resid_post.1", "resid_post.99", "é", "\u{0}", "<image>", "{{", "0",
      "user", "assistant", "ctx_1", "\u{202E}\u{1B}[31m", String(repeating: "a ", count: 5000),
    ]
    return .string(pick(texts))
  }

  private mutating func integer(_ schema: JSONValue) -> JSONValue {
    let least = schema["minimum"]?.integerValue ?? 0
    let most = schema["maximum"]?.integerValue ?? least.addingReportingOverflow(64).partialValue
    if chance(75) {
      return .integer(Int64.random(in: least...max(least, min(most, least &+ 9)), using: &random))
    }
    return pick([
      .integer(most), .integer(most &+ 1), .integer(least &- 1), .integer(.max), .integer(1 << 31),
    ])
  }

  /// What no schema asks for.
  private mutating func hostile() -> JSONValue {
    switch Int.random(in: 0..<12, using: &random) {
    case 0: return .null
    case 1: return .integer(.min)
    case 2: return .number(-1e308)
    case 3: return ""
    case 4: return .string(String(repeating: "\u{10FFFF}", count: 300))
    case 5: return []
    case 6: return [:]
    case 7: return (0..<100).reduce(JSONValue.null) { inner, _ in .array([inner]) }
    case 8: return .array(Array(repeating: .integer(1), count: 20_000))
    case 9: return true
    case 10: return ["path": ["path": []], "type": "object", "$ref": "#"]
    default: return .number(0.1)
    }
  }
}
