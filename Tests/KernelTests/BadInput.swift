import Foundation
import JSON
import JSONRPC
import TestSupport
import Testing

/// One thing a client can get wrong, and what it must be told.
struct BadInput: Sendable {
  enum Message: Sendable {
    case request(String, JSONValue)
    /// A body as it is, answered under the id null.
    case raw(String)
  }

  let name: String
  /// The error's kind; a code where the wire itself refuses; `works` where nothing is wrong.
  let expected: String
  let message: @Sendable (BadInputScene) throws -> Message

  init(
    _ name: String, _ expected: String,
    message: @escaping @Sendable (BadInputScene) throws -> Message
  ) {
    self.name = name
    self.expected = expected
    self.message = message
  }
}

/// The kernel and the damaged files of the table of bad inputs.
final class BadInputScene {
  let session: OpenSession
  private var copies: [FixtureCopy] = []

  init() throws { session = try OpenSession() }

  var client: KernelClient { session.client }
  var sae: JSONValue { session.sae }

  /// A file of the test's own; removed with the scene.
  func file(_ name: String, _ bytes: [UInt8]) throws -> JSONValue {
    let copy = try FixtureCopy(of: "models/qwen2-text")
    copies.append(copy)
    let path = "\(copy.path)/\(name)"
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    return .string(path)
  }

  /// A copy of a fixture's folder after some damage.
  func folder(
    _ relative: String, _ damage: (FixtureCopy) throws -> Void = { _ in }
  ) throws -> JSONValue {
    let copy = try FixtureCopy(of: relative)
    copies.append(copy)
    try damage(copy)
    return .string(copy.path)
  }

  /// `model/load` of a damaged copy of the llama3 checkpoint.
  func model(_ damage: (FixtureCopy) throws -> Void) throws -> BadInput.Message {
    .request("model/load", ["path": try folder("models/llama3", damage), "precision": "float32"])
  }

  /// `model/load` with one text of config.json replaced.
  func configuration(_ old: String, _ new: String) throws -> BadInput.Message {
    try model { try $0.edit("config.json", replacing: old, with: new) }
  }

  /// `model/load` with the weights' header changed.
  func header(_ change: (inout JSONObject) -> Void) throws -> BadInput.Message {
    try model { try $0.editHeader("model.safetensors", change) }
  }

  /// `sae/load` of a damaged copy of the autoencoder, for the session's model.
  func autoencoder(_ damage: (FixtureCopy) throws -> Void) throws -> BadInput.Message {
    try autoencoder(at: folder("interpretation/autoencoders/llama3/model.layers.1", damage))
  }

  func autoencoder(at path: JSONValue, site: JSONValue = "resid_post.1") -> BadInput.Message {
    .request("sae/load", ["path": path, "site": site, "model": "llama3"])
  }

  /// `context/open` with one part, on the session's model.
  func open(_ part: JSONValue...) -> BadInput.Message {
    .request(
      "context/open",
      ["parts": .array(part), "chat": ["template": "none"], "model": "llama3"])
  }

  /// `context/open` of a system's turn, on a copy of the model with another template, or none.
  func templated(
    _ template: String?, part: JSONValue = ["text": "Be brief."]
  ) throws -> BadInput.Message {
    let path = try folder("models/llama3") { copy in
      guard let template else { return try copy.remove("chat_template.jinja") }
      try copy.replace("chat_template.jinja", with: Array(template.utf8))
    }
    let loaded = try client.ask("model/load", ["path": path, "precision": "float32"])
    guard case .object(var members) = part else { return .raw("") }
    members["role"] = "system"
    return .request(
      "context/open", ["parts": [.object(members)], "model": loaded["model"] ?? .null])
  }

  func image(_ bytes: [UInt8]) -> BadInput.Message {
    open(["image": ["base64": .string(Data(bytes).base64EncodedString())]])
  }

  /// A request about the session's context.
  func ask(_ method: String, _ params: JSONValue, sae: Bool = true) -> BadInput.Message {
    .request(method, session.params(params, sae: sae))
  }

  /// `attribution/compute` with some params changed.
  func attribution(_ changes: [String: JSONValue]) -> BadInput.Message {
    let params: [String: JSONValue] = [
      "context": session.context, "sae": sae, "method": "gradient",
      "target": ["kind": "logit", "token": ["id": 3]],
    ]
    return .request("attribution/compute", .object(JSONObject(params.merging(changes) { $1 })))
  }

  /// `ablation/run` with one intervention.
  func ablation(_ changes: [String: JSONValue]) -> BadInput.Message {
    let clamp: [String: JSONValue] = [
      "op": "clamp", "feature": ["sae": sae, "index": 1], "value": 1,
    ]
    return ask(
      "ablation/run",
      [
        "interventions": [.object(JSONObject(clamp.merging(changes) { $1 }))],
        "targets": [["kind": "logit", "token": ["id": 3]]],
      ])
  }

  /// What the kernel answers: `works`, a kind or a code, and its words.
  func outcome(of message: BadInput.Message) throws -> (name: String, words: String) {
    let answer: JSONValue
    switch message {
    case .request(let method, let params):
      answer = try client.reply(to: client.request(method, params)).value
    case .raw(let body):
      client.send(Array(body.utf8))
      answer = try client.next { $0["id"] == 9 }.value
    }
    guard let error = answer["error"] else { return ("works", "") }
    let kind = error["data"]?["kind"]?.stringValue
    return (
      kind ?? "\(error["code"]?.integerValue ?? 0)", error["message"]?.stringValue ?? ""
    )
  }
}

extension FixtureCopy {
  /// Rewrites the header of a safetensors file; the tensors' bytes stay.
  func editHeader(_ name: String, _ change: (inout JSONObject) -> Void) throws {
    let url = URL(fileURLWithPath: "\(path)/\(name)")
    let data = [UInt8](try Data(contentsOf: url))
    let length = data[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
    guard case .object(var header) = try JSONValue(parsing: Array(data[8..<8 + length])) else {
      throw CocoaError(.fileReadCorruptFile)
    }
    change(&header)
    let text = try JSONValue.object(header).bytes()
    let prefix = (0..<8).map { UInt8(truncatingIfNeeded: text.count >> (8 * $0)) }
    try Data(prefix + text + data[(8 + length)...]).write(to: url)
  }

  /// Keeps the first bytes of a file.
  func truncate(_ name: String, to length: Int) throws {
    let url = URL(fileURLWithPath: "\(path)/\(name)")
    try Data(contentsOf: url).prefix(length).write(to: url)
  }

  /// Puts something else in a file's place.
  func replace(_ name: String, with bytes: [UInt8]) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: "\(path)/\(name)"))
  }

  /// Puts a folder in a file's place.
  func makeFolder(_ name: String) throws {
    try? remove(name)
    try FileManager.default.createDirectory(
      atPath: "\(path)/\(name)", withIntermediateDirectories: false)
  }
}

extension JSONObject {
  /// Changes one member of a tensor's entry.
  mutating func set(_ tensor: String, _ member: String, _ value: JSONValue) {
    guard case .object(var entry)? = self[tensor] else { return }
    entry[member] = value
    self[tensor] = .object(entry)
  }
}
