import Foundation
import JSON
import Kernel
import TestSupport
import Testing

/// `precision: "int8"` over the wire: what it costs, where it is kept, and that every
/// question is answered in it.
@Suite struct EightBitTests {
  private let world: TinyWorld
  private let folder = FileManager.default.temporaryDirectory
    .appending(path: "lucarne-\(UUID().uuidString)").path

  init() throws { world = try TinyWorld() }

  private func client(cache: String? = nil, memoryLimit: Int = 1 << 30) throws -> KernelClient {
    try KernelClient(
      KernelOptions(memoryLimit: memoryLimit, threads: 1, world: nil, cacheFolder: cache))
  }

  private func load(_ client: KernelClient, _ precision: JSONValue = "int8") throws -> JSONValue {
    try client.ask("model/load", ["path": world.model, "precision": precision])
  }

  private func memory(_ client: KernelClient) throws -> [String: Int64] {
    let memory = try client.ask("kernel/status")["memory"]
    var sizes = Dictionary(
      uniqueKeysWithValues: (memory?["items"]?.elements ?? []).map {
        ($0["name"]?.stringValue ?? "", $0["bytes"]?.integerValue ?? -1)
      })
    sizes["used"] = memory?["used"]?.integerValue
    return sizes
  }

  /// 4 blocks of width 40 with 5 heads of 8, one of keys and values, and 56 gates; 384 tokens.
  private static let bytes: Int64 = {
    let shapes: [(Int64, Int64)] = [
      (40, 40), (8, 40), (8, 40), (40, 40), (56, 40), (56, 40), (40, 56),
    ]
    return 4 * shapes.reduce(0) { $0 + $1.0 * ($1.1 + 4) } + 384 * (40 + 4)
  }()

  @Test func statusCountsTheCopy() throws {
    let client = try client()
    let plain = try load(client, "auto")["bytes"]?.integerValue ?? -1
    #expect(try memory(client)["8-bit weights"] == nil)
    let loaded = try load(client)
    #expect(loaded["bytes"] == .integer(plain + Self.bytes))
    let status = try client.ask("kernel/status")
    let model = status["models"]?.elements.last
    #expect(model?["precision"] == "int8" && model?["bytes"] == loaded["bytes"])
    let memory = try memory(client)
    #expect(memory["8-bit weights"] == Self.bytes && memory["used"] == Self.bytes)
    #expect(memory["mapped weights"] == 2 * plain && memory["contexts"] == 0)
    // The same again is the same model.
    #expect(try load(client) == loaded)
    #expect(try client.ask("kernel/status")["models"]?.elements.count == 2)
  }

  @Test func theCacheIsMappedLikeACheckpoint() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for _ in 0..<2 {
      let client = try client(cache: folder)
      let loaded = try load(client)
      let memory = try memory(client)
      #expect(memory["8-bit weights"] == nil && memory["used"] == 0)
      #expect(memory["mapped weights"] == loaded["bytes"]?.integerValue)
      #expect(try client.ask("kernel/status")["health"] == "ok")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count == 1)
    }
  }

  @Test func aCacheThatCannotBeWrittenIsTold() throws {
    let client = try client(cache: "/dev/null/lucarne")
    _ = try load(client)
    let status = try client.ask("kernel/status")
    #expect(status["health"] == "warning")
    #expect(status["message"]?.stringValue?.contains("/dev/null/lucarne") == true)
    #expect(try memory(client)["8-bit weights"] == Self.bytes)
  }

  @Test func theMemoryLimitRefusesTheCopy() throws {
    let client = try client(memoryLimit: Int(Self.bytes) - 1)
    let refusal = try client.refusal("model/load", ["path": world.model, "precision": "int8"])
    #expect(refusal.kind == "outOfMemory")
    #expect(refusal.data?["neededBytes"]?.integerValue == Self.bytes)
    #expect(try client.ask("kernel/status")["models"]?.elements.isEmpty == true)
    _ = try load(client, "bfloat16")
    let other = try self.client(memoryLimit: Int(Self.bytes))
    _ = try load(other)
    #expect(try other.refusal("context/open", world.prompt).kind == "outOfMemory")
  }

  @Test func theDefaultIsNeverEightBits() throws {
    let client = try client()
    for precision: JSONValue in [.null, "auto"] {
      _ = try client.ask(
        "model/load",
        precision == .null ? ["path": world.model] : ["path": world.model, "precision": precision])
      #expect(
        try client.ask("kernel/status")["models"]?.elements.last?["precision"] == "bfloat16")
    }
  }

  @Test func everyQuestionIsAnswered() throws {
    let client = try client()
    _ = try load(client)
    let sae = try client.ask("sae/load", ["path": world.autoencoder])["sae"] ?? nil
    let context = try client.ask("context/open", world.prompt)["context"] ?? nil
    let target = try world.target("logitDiff.last")
    let found = try client.ask(
      "attribution/compute",
      [
        "context": context, "sae": sae, "target": target, "method": "gradient", "verify": 3,
        "topK": 3,
      ])
    let parts = ["sum", "bias", "errorTerm", "total"].map {
      found["completeness"]?[$0]?.double ?? .nan
    }
    #expect(
      abs(parts[0] + parts[1] + parts[2] - parts[3]) < 1e-4 * parts.map(abs).reduce(0, +))
    let measured = found["verification"]?["items"]?.elements ?? []
    #expect((3...9).contains(measured.count))
    for item in measured {
      let position = item["position"]?.integerValue ?? 0
      let zero: JSONValue = [
        "op": "zero", "feature": item["feature"] ?? nil,
        "at": [["span": ["start": .integer(position), "end": .integer(position + 1)]]],
      ]
      let ablated = try client.ask(
        "ablation/run",
        ["context": context, "sae": sae, "interventions": [zero], "targets": [target]])
      let result = ablated["targets"]?.elements.first
      let fall = (result?["before"]?.double ?? .nan) - (result?["after"]?.double ?? .nan)
      #expect(abs(fall - (item["measured"]?.double ?? .nan)) <= 1e-5)
    }
    let plain = try client.ask("context/generate", ["context": context, "maxTokens": 8])
    let steered = try client.ask(
      "steering/generate",
      [
        "context": context, "sae": sae, "maxTokens": 8, "compareWith": ["plain"],
        "interventions": [
          [
            "op": "clamp", "feature": ["sae": sae, "index": 41], "value": 14.82, "generated": true,
          ]
        ],
      ])
    let outputs = steered["outputs"]?.elements ?? []
    #expect(outputs.count == 2 && outputs.last?["text"] == plain["text"])
  }

  @Test func weightsThatAreNotFiniteAreRefusedByTensorAndRow() throws {
    let copy = try FixtureCopy(of: "models/llama3")
    let name = "model.language_model.layers.2.mlp.up_proj.weight"
    let stored = try TensorFixture("models/llama3/model.safetensors").names
      .first { $0.hasSuffix("layers.2.mlp.up_proj.weight") }
    try copy.poison("model.safetensors", tensor: stored ?? name)
    let client = try client()
    let refusal = try client.refusal(
      "model/load", ["path": .string(copy.path), "precision": "int8"])
    #expect(refusal.kind == "checkpointInvalid")
    #expect(refusal.message.contains("layers.2.mlp.up_proj.weight"))
    #expect(refusal.message.contains("row 0"))
    try client.expectAlive()
  }
}
