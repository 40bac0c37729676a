import JSON
import JSONRPC

/// One tool: what agents are told of it, and what it does.
protocol AgentTool: Sendable {
  static var name: String { get }
  static var title: String { get }
  /// For the agent: what it does, what comes back, when to use another one.
  static var summary: String { get }
  static var takes: [Schema.Member] { get }
  static var gives: [Schema.Member] { get }
  /// Whether nothing that outlives the process changes.
  static var isReadOnly: Bool { get }

  /// Runs on a thread of its own; what it throws becomes an error that the agent reads.
  static func run(_ arguments: Arguments, _ work: Work) throws -> ToolResult
}

extension AgentTool {
  static var isReadOnly: Bool { true }

  static var takesSchema: JSONValue { Schema.record(takes, isClosed: true) }

  /// The tool as `tools/list` has it.
  static var listing: JSONValue {
    [
      "name": .string(name), "title": .string(title), "description": .string(summary),
      "inputSchema": takesSchema, "outputSchema": Schema.result(gives),
      "annotations": [
        "title": .string(title), "readOnlyHint": .bool(isReadOnly), "destructiveHint": false,
        "idempotentHint": .bool(isReadOnly), "openWorldHint": false,
      ],
    ]
  }
}

/// Every tool, in the order in which they are listed: that in which they are used.
let allTools: [any AgentTool.Type] = [
  KernelStatusTool.self, ContextOpenTool.self, ContextTokensTool.self, FeaturesAtTool.self,
  AttributeTool.self, CompareTool.self, AblateTool.self, SteerTool.self, SearchFeaturesTool.self,
  FeatureInfoTool.self, FeatureExamplesTool.self, ExplanationPutTool.self,
  ExplanationScoreTool.self, JobGetTool.self, JobCancelTool.self,
]

/// What a tool comes to: a digest to read, values to compute with, at most one picture.
struct ToolResult: Sendable {
  /// Bytes of a digest.
  static let digestLimit = 2048

  var digest: String
  var values: JSONObject
  /// PNG in base64.
  var picture: String?

  init(_ digest: String, _ values: JSONObject, picture: String? = nil) {
    self.digest = digest
    self.values = values
    self.picture = picture
  }

  /// The members of a `tools/call` result.
  var wire: JSONObject {
    let text = shortened(
      digest, toBytes: Self.digestLimit, ending: "\n… (cut; the structured result has all)")
    var content: [JSONValue] = [["type": "text", "text": .string(text)]]
    if let picture {
      content.append(["type": "image", "data": .string(picture), "mimeType": "image/png"])
    }
    return ["content": .array(content), "structuredContent": .object(values), "isError": false]
  }
}

/// A text of at most so many bytes. Bytes and not characters, of which one
/// may be as long as a text.
func shortened(_ text: String, toBytes limit: Int, ending: String = "…") -> String {
  guard text.utf8.count > limit else { return text }
  var bytes = Array(text.utf8.prefix(max(0, limit - ending.utf8.count)))
  // What is left of a code point goes with it.
  while let last = bytes.last, last & 0xC0 == 0x80 { bytes.removeLast() }
  if let last = bytes.last, last >= 0xC0 { bytes.removeLast() }
  return String(decoding: bytes, as: UTF8.self) + ending
}

/// A failure that the agent is to read: what is wrong and what to do next.
struct ToolFailure: Error, Sendable, Equatable, CustomStringConvertible {
  /// Bytes of a message.
  static let messageLimit = 1500

  var message: String
  var next: String

  init(_ message: String, next: String) {
    self.message = message
    self.next = next
  }

  var description: String { message }

  /// The members of a `tools/call` result.
  var wire: JSONObject {
    let text =
      shortened(message, toBytes: Self.messageLimit) + "\nNext: "
      + shortened(
        next, toBytes: ToolResult.digestLimit - Self.messageLimit - 7)
    return ["content": [["type": "text", "text": .string(text)]], "isError": true]
  }
}

/// A call's arguments, held to the tool's schema.
struct Arguments: Sendable {
  private let members: JSONObject

  /// - Throws: `ToolFailure` naming the argument.
  init(_ value: JSONValue, of tool: any AgentTool.Type) throws(ToolFailure) {
    do {
      try SchemaCheck.check(value, against: tool.takesSchema, path: "arguments")
    } catch {
      throw ToolFailure(
        "\(tool.name): \(Self.plainWords(error, about: value, of: tool))",
        next: "Call \(tool.name) again with arguments as in its inputSchema.")
    }
    members = value.objectValue ?? [:]
  }

  /// What is wrong, with the argument as the agent wrote it.
  private static func plainWords(
    _ error: WireError, about value: JSONValue, of tool: any AgentTool.Type
  ) -> String {
    func name(_ path: String) -> String { String(path.dropFirst("arguments.".count)) }
    switch error {
    case .mismatch("arguments", let expected, let found):
      return "expected \(expected), found \(found)"
    case .mismatch(let path, let expected, let found):
      return "\"\(name(path))\": expected \(expected), found \(found)"
    case .missing(let path):
      // A misspelt name is the likeliest reason.
      let known = tool.takesSchema["properties"]?.objectValue ?? [:]
      let unknown = value.objectValue?.members.map(\.name).first { known[$0] == nil }
      return "\"\(name(path))\" is missing"
        + (unknown.map { ", and \"\($0.prefix(40))\" is no argument of \(tool.name)" } ?? "")
    case .nonFinite(let path): return "\"\(name(path))\" is not a number"
    }
  }

  subscript(name: String) -> JSONValue? { members.present(name) }

  func text(_ name: String) -> String? { self[name]?.stringValue }
  func number(_ name: String) -> Double? { self[name]?.numberValue }
  func flag(_ name: String) -> Bool? { self[name]?.boolValue }
  func integer(_ name: String) -> Int? { self[name]?.integerValue.flatMap { Int(exactly: $0) } }
  func list(_ name: String) -> [JSONValue] { self[name]?.arrayValue ?? [] }

  /// A text that the schema requires.
  func required(_ name: String) -> String { text(name) ?? "" }
}
