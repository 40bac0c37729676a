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
      throw mismatch(path, schema["type"]?.stringValue ?? "another type", value)
    }
    try checkBounds(value, schema, path)
    if let names = schema["enum"]?.arrayValue, !names.contains(value) {
      let known = names.compactMap(\.stringValue).map { "\"\($0)\"" }.joined(separator: ", ")
      throw mismatch(path, "one of \(known)", value)
    }
    if let elements = value.arrayValue { try checkElements(elements, schema, path, value) }
    if let members = value.objectValue { try checkMembers(members, schema, path) }
  }

  private static func checkBounds(
    _ value: JSONValue, _ schema: JSONValue, _ path: String
  ) throws(WireError) {
    guard let number = value.numberValue else { return }
    if let least = schema["minimum"]?.numberValue, number < least {
      throw mismatch(path, "at least \(schema["minimum"]?.integerValue ?? 0)", value)
    }
    if let most = schema["maximum"]?.numberValue, number > most {
      throw mismatch(path, "at most \(schema["maximum"]?.integerValue ?? 0)", value)
    }
  }

  private static func checkElements(
    _ elements: [JSONValue], _ schema: JSONValue, _ path: String, _ value: JSONValue
  ) throws(WireError) {
    let least = schema["minItems"]?.integerValue ?? 0
    let most = schema["maxItems"]?.integerValue ?? Int64.max
    guard (least...max(least, most)).contains(Int64(elements.count)) else {
      let bounds = least == most ? "\(least)" : "\(least) to \(most)"
      throw mismatch(path, "\(bounds) elements", .string("\(elements.count) elements"))
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
          path: path, expected: names.isEmpty ? "no members" : "only the members \(names)",
          found: "\"\(member.name.prefix(40))\"")
      }
    }
  }

  private static func mismatch(
    _ path: String, _ expected: String, _ value: JSONValue
  ) -> WireError {
    .mismatch(path: path, expected: expected, found: value.summary)
  }
}
