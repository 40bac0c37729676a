import JSON
import JSONRPC

/// Holds values to the schemas that `Schema` makes.
enum SchemaCheck {
  /// - Throws: `WireError` naming the path, what was expected and what was found.
  static func check(
    _ value: JSONValue, against schema: JSONValue, path: String
  ) throws(WireError) {
    let isOfType: Bool
    switch schema["type"]?.stringValue {
    case "string": isOfType = value.stringValue != nil
    case "integer": isOfType = value.integerValue != nil
    case "number": isOfType = value.numberValue != nil
    case "boolean": isOfType = value.boolValue != nil
    case "array": isOfType = value.arrayValue != nil
    case "object": isOfType = value.objectValue != nil
    default: isOfType = true
    }
    guard isOfType else {
      throw mismatch(path, words(ofType: schema["type"]?.stringValue), plain(value))
    }
    try checkBounds(value, schema, path)
    if let names = schema["enum"]?.arrayValue, !names.contains(value) {
      let known = names.compactMap(\.stringValue).map { "\"\($0)\"" }.joined(separator: ", ")
      throw mismatch(path, "one of \(known)", plain(value))
    }
    if let elements = value.arrayValue { try checkElements(elements, schema, path) }
    if let members = value.objectValue { try checkMembers(members, schema, path) }
  }

  private static func checkBounds(
    _ value: JSONValue, _ schema: JSONValue, _ path: String
  ) throws(WireError) {
    guard let number = value.numberValue else { return }
    if let least = schema["minimum"]?.numberValue, number < least {
      throw mismatch(path, "at least \(schema["minimum"]?.integerValue ?? 0)", plain(value))
    }
    if let most = schema["maximum"]?.numberValue, number > most {
      throw mismatch(path, "at most \(schema["maximum"]?.integerValue ?? 0)", plain(value))
    }
  }

  private static func checkElements(
    _ elements: [JSONValue], _ schema: JSONValue, _ path: String
  ) throws(WireError) {
    let least = schema["minItems"]?.integerValue ?? 0
    let most = schema["maxItems"]?.integerValue ?? Int64.max
    guard (least...max(least, most)).contains(Int64(elements.count)) else {
      let bounds = least == most ? "\(least)" : "\(least) to \(most)"
      throw mismatch(path, "\(bounds) elements", "\(elements.count)")
    }
    guard let items = schema["items"] else { return }
    for (index, element) in elements.enumerated() {
      try check(element, against: items, path: "\(path)[\(index)]")
    }
  }

  private static func checkMembers(
    _ members: JSONObject, _ schema: JSONValue, _ path: String
  ) throws(WireError) {
    let known = schema["properties"]?.objectValue ?? [:]
    for name in schema["required"]?.arrayValue ?? [] {
      if let name = name.stringValue, members.present(name) == nil {
        throw .missing(path: "\(path).\(name)")
      }
    }
    for member in members.members {
      if let schema = known[member.name] {
        // Many models send null for what they leave out.
        if member.value.isNull { continue }
        try check(member.value, against: schema, path: "\(path).\(member.name)")
      } else if schema["additionalProperties"] == false {
        let names = known.members.map(\.name).joined(separator: ", ")
        throw .mismatch(
          path: path, expected: names.isEmpty ? "nothing" : "only \(names)",
          found: "\"\(member.name.prefix(40))\"")
      }
    }
  }

  private static func mismatch(
    _ path: String, _ expected: String, _ found: String
  ) -> WireError {
    .mismatch(path: path, expected: expected, found: found)
  }

  private static func words(ofType type: String?) -> String {
    switch type {
    case "string": "a text"
    case "integer": "a whole number"
    case "number": "a number"
    case "boolean": "true or false"
    case "array": "a list"
    case "object": "an object"
    default: "something else"
    }
  }

  private static func plain(_ value: JSONValue) -> String {
    switch value {
    case .null: "nothing"
    case .bool(let flag): "\(flag)"
    case .integer(let integer): "\(integer)"
    case .number(let number): "\(number)"
    case .string(let text): "the text \"\(shortened(text, toBytes: 100))\""
    case .array(let elements): "a list of \(elements.count)"
    case .object: "an object"
    }
  }
}
