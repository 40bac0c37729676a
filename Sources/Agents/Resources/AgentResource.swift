import JSON
import JSONRPC
import KernelProtocol

/// What agents can read beside calling tools.
enum AgentResource: Sendable {
  /// A page of usage.
  case guide
  /// Every method of the kernel, for who speaks to it without this server.
  case wire
  case feature(sae: String, index: Int)

  /// - Returns: nil for an address of nothing.
  init?(_ address: String) {
    switch address {
    case "interp://guide": self = .guide
    case "interp://protocol": self = .wire
    default:
      let prefix = "interp://feature/"
      guard address.hasPrefix(prefix) else { return nil }
      let path = Self.decoded(address).dropFirst(prefix.count).split(
        separator: "/", omittingEmptySubsequences: false)
      guard path.count == 2, !path[0].isEmpty, let index = Int(path[1]), index >= 0 else {
        return nil
      }
      self = .feature(sae: String(path[0]), index: index)
    }
  }

  /// An address with its percent-encoded bytes as they are, as far as they are any.
  private static func decoded(_ address: String) -> String {
    var bytes: [UInt8] = []
    var rest = Array(address.utf8)[...]
    while let byte = rest.popFirst() {
      let digits = String(decoding: rest.prefix(2), as: UTF8.self)
      if byte == UInt8(ascii: "%"), digits.count == 2, let value = UInt8(digits, radix: 16) {
        bytes.append(value)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  static let listing: JSONValue = [
    [
      "uri": "interp://guide", "name": "guide", "title": "How to use Lucarne's tools",
      "mimeType": "text/markdown",
      "description": "One page: the order of tools, and what may be claimed.",
    ],
    [
      "uri": "interp://protocol", "name": "protocol", "title": "The kernel's own protocol",
      "mimeType": "application/json",
      "description": "OpenRPC document of the JSON-RPC kernel (large).",
    ],
  ]

  static let templates: JSONValue = [
    [
      "uriTemplate": "interp://feature/{sae}/{id}", "name": "feature", "title": "A feature",
      "mimeType": "application/json",
      "description": "What is known of a latent: statistics, explanations, tokens, neighbours.",
    ]
  ]

  private var mimeType: String {
    if case .guide = self { "text/markdown" } else { "application/json" }
  }

  /// Reads it; runs on a thread of its own.
  func read(_ work: Work) {
    switch self {
    case .guide: work.finish(.success(ToolResult(agentGuide, [:])))
    case .wire: work.finish(.success(ToolResult(openRPCDocument, [:])))
    case .feature(let sae, let index):
      work.perform(FeatureInfoTool.self, ["sae": .string(sae), "feature": .integer(Int64(index))])
    }
  }

  func contents(_ address: String, _ result: ToolResult) -> JSONValue {
    var text = result.digest
    if case .feature = self, let bytes = try? JSONValue.object(result.values).bytes() {
      text = String(decoding: bytes, as: UTF8.self)
    }
    return ["uri": .string(address), "mimeType": .string(mimeType), "text": .string(text)]
  }
}
