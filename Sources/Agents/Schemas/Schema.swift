import JSON

/// JSON Schemas (2020-12) of what tools take and give: the few words of it that they need.
enum Schema {
  /// A member of an object.
  struct Member: Sendable {
    let name: String
    let schema: JSONValue
    let isRequired: Bool

    init(_ name: String, _ schema: JSONValue, isRequired: Bool = true) {
      self.name = name
      self.schema = schema
      self.isRequired = isRequired
    }

    /// The same member, which may be absent.
    var optional: Member { Member(name, schema, isRequired: false) }
  }

  static func text(_ description: String, oneOf values: [String]? = nil) -> JSONValue {
    var schema = typed("string", description)
    if let values { schema["enum"] = .array(values.map { .string($0) }) }
    return .object(schema)
  }

  static func integer(_ description: String, _ range: ClosedRange<Int> = 0...Int.max) -> JSONValue {
    var schema = typed("integer", description)
    if range.lowerBound != Int.min { schema["minimum"] = .integer(Int64(range.lowerBound)) }
    if range.upperBound != Int.max { schema["maximum"] = .integer(Int64(range.upperBound)) }
    return .object(schema)
  }

  static func number(_ description: String) -> JSONValue { .object(typed("number", description)) }

  static func flag(_ description: String) -> JSONValue { .object(typed("boolean", description)) }

  static func list(
    _ description: String, of items: JSONValue, _ count: ClosedRange<Int>? = nil
  ) -> JSONValue {
    var schema = typed("array", description)
    schema["items"] = items
    if let count {
      schema["minItems"] = .integer(Int64(count.lowerBound))
      schema["maxItems"] = .integer(Int64(count.upperBound))
    }
    return .object(schema)
  }

  /// An object.
  /// - Parameter isClosed: whether it has no other members.
  static func record(
    _ members: [Member], _ description: String? = nil, isClosed: Bool = false
  ) -> JSONValue {
    var schema: JSONObject = ["type": "object"]
    if let description { schema["description"] = .string(description) }
    schema["properties"] = .object(
      JSONObject(members.map { .init(name: $0.name, value: $0.schema) }))
    let required = members.filter(\.isRequired).map { JSONValue.string($0.name) }
    if !required.isEmpty { schema["required"] = .array(required) }
    if isClosed { schema["additionalProperties"] = false }
    return .object(schema)
  }

  /// What a tool gives: its own members, or, of a call that takes longer
  /// than a client waits, a job.
  static func result(_ members: [Member]) -> JSONValue {
    let job = [
      Member("job_id", text("Ask job_get for the result."), isRequired: false),
      Member("state", text("Of the job."), isRequired: false),
      Member("message", text("What to do next."), isRequired: false),
    ].filter { added in !members.contains { $0.name == added.name } }
    guard case .object(var schema) = record(members.map(\.optional) + job) else { return [:] }
    let required = members.filter(\.isRequired).map { JSONValue.string($0.name) }
    schema["anyOf"] = [
      ["required": .array(required)], ["required": ["job_id", "state", "message"]],
    ]
    return .object(schema)
  }

  private static func typed(_ type: String, _ description: String) -> JSONObject {
    ["type": .string(type), "description": .string(description)]
  }
}
