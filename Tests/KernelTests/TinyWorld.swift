import Foundation
import JSON
import JSONRPC
import Tensors
import TestSupport
import Testing

/// A tiny checkpoint with its autoencoder, and what PyTorch makes of one prompt.
struct TinyWorld {
  let checkpoint: String
  /// Tests/Fixtures/interpretation/<checkpoint>.json.
  let reference: JSONValue
  /// The same prompt's residuals and logits, made by transformers.
  let tensors: TensorFixture
  let interpretation: TensorFixture

  init(_ checkpoint: String = "llama3", case name: String = "landscape") throws {
    self.checkpoint = checkpoint
    reference = try JSONValue(parsing: Fixtures.bytes("interpretation/\(checkpoint).json"))
    tensors = try TensorFixture("models/cases/\(checkpoint).\(name).safetensors")
    interpretation = try TensorFixture("interpretation/\(checkpoint).safetensors")
  }

  static func path(_ relative: String) -> JSONValue { .string(Fixtures.path(relative)) }

  var model: JSONValue { Self.path("models/\(checkpoint)") }
  var autoencoder: JSONValue {
    Self.path("interpretation/\(reference["autoencoder"]?.stringValue ?? "")")
  }
  static let picture = path("models/pictures/landscape.png")

  /// The prompt as transformers rendered it, cut at its picture.
  var parts: JSONValue {
    let rendered = reference["rendered"]?.stringValue ?? ""
    let pieces = rendered.components(separatedBy: "<image>")
    guard pieces.count == 2 else { return [["id": "words", "text": .string(rendered)]] }
    return [
      ["id": "head", "text": .string(pieces[0])],
      ["id": "picture", "image": ["path": Self.picture]],
      ["id": "words", "text": .string(pieces[1])],
    ]
  }

  /// Params of `context/open` for that prompt.
  var prompt: JSONValue { ["parts": parts, "chat": ["template": "none"]] }

  /// A target of the reference as the wire has it.
  func target(_ name: String) throws -> JSONValue {
    let target = try #require(reference["targets"]?[name])
    guard case .object(var members) = target else { return target }
    for key in ["answer", "baseline", "token"] {
      if let id = members[key] { members[key] = ["id": id] }
    }
    if let tokens = members["tokens"]?.arrayValue {
      members["tokens"] = .array(tokens.map { ["id": $0] })
    }
    return .object(members)
  }

  /// A reference's interventions as the wire has them.
  func interventions(_ changes: JSONValue?, sae: JSONValue) -> JSONValue {
    .array(
      (changes?.arrayValue ?? []).map { change in
        guard case .object(var members) = change else { return change }
        members["feature"] = ["sae": sae, "index": members["latent"] ?? .null]
        members["latent"] = nil
        if let spans = members["at"]?.arrayValue {
          members["at"] = .array(
            spans.map { span in
              let bounds = span.arrayValue ?? []
              return ["span": ["start": bounds[0], "end": bounds[1]]]
            })
        }
        return .object(members)
      })
  }
}

/// A kernel with a tiny checkpoint in float32, its autoencoder and one open context.
struct OpenSession {
  let world: TinyWorld
  let client: KernelClient
  let sae: JSONValue
  let context: JSONValue
  let opened: JSONValue

  init(_ checkpoint: String = "llama3", options: JSONValue = [:]) throws {
    world = try TinyWorld(checkpoint)
    client = try KernelClient(options: options)
    try client.ask("model/load", ["path": world.model, "precision": "float32"])
    sae = try #require(try client.ask("sae/load", ["path": world.autoencoder])["sae"])
    opened = try client.ask("context/open", world.prompt)
    context = try #require(opened["context"])
  }

  /// Params with this session's context and autoencoder.
  func params(_ others: JSONValue = [:], sae wantsAutoencoder: Bool = true) -> JSONValue {
    guard case .object(var members) = others else { return others }
    members["context"] = context
    if wantsAutoencoder { members["sae"] = sae }
    return .object(members)
  }

  /// Params of an attribution that takes seconds.
  func longAttribution(_ others: JSONValue = [:]) throws -> JSONValue {
    guard case .object(var members) = params(others) else { return others }
    members["target"] = try world.target("logitDiff.last")
    members["method"] = "integratedGradients"
    members["steps"] = 10_000
    return .object(members)
  }
}

extension JSONValue {
  /// The number this is.
  var double: Double {
    switch self {
    case .integer(let integer): Double(integer)
    case .number(let number): number
    default: .nan
    }
  }

  /// The elements, none where this is no array.
  var elements: [JSONValue] { arrayValue ?? [] }

  var integers: [Int64] { elements.compactMap(\.integerValue) }

  /// The numbers of a tensor on the wire, read by Foundation rather than by the kernel's own code.
  var tensorValues: [Double] {
    let data = Data(base64Encoded: self["base64"]?.stringValue ?? "") ?? Data()
    return stride(from: 0, to: data.count - 3, by: 4).map { index in
      let bits = (0..<4).reduce(UInt32(0)) { $0 | UInt32(data[index + $1]) << (8 * $1) }
      return Double(Float(bitPattern: bits))
    }
  }
}

/// Holds values to a reference within 1e-4 of its largest magnitude.
func expectClose(
  _ found: [Double], _ expected: [Double], _ what: String,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  guard found.count == expected.count else {
    Issue.record(
      "\(what): \(found.count) values for \(expected.count)", sourceLocation: sourceLocation)
    return
  }
  let scale = expected.map(abs).max() ?? 0
  let worst = zip(found, expected).map { abs($0 - $1) }.max() ?? 0
  #expect(worst <= 1e-4 * max(scale, 1e-6), "\(what)", sourceLocation: sourceLocation)
}

extension Matrix {
  /// One row, in double precision.
  func doubles(inRow row: Int) -> [Double] {
    (0..<columns).map { Double(self[row, $0]) }
  }

  /// All rows, in double precision.
  var doubles: [Double] { (0..<rows).flatMap { doubles(inRow: $0) } }
}

/// The numbers under a name in each of a list's objects.
func numbers(_ name: String, of list: JSONValue?) -> [Double] {
  (list?.elements ?? []).map { $0[name]?.double ?? .nan }
}
