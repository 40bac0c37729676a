import Autoencoders
import Foundation
import JSON
import JSONRPC
import Kernel
import Tensors
import TestSupport
import Testing

/// `sae/train` and `sae/check` over the wire.
@Suite(.serialized) struct AutoencoderJobTests {
  private let folder: String
  private static let prompts = TinyWorld.path("check/llama3.jsonl")

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "sae-jobs-\(UUID())").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  private func kernel(
    memory: Int = 1 << 30, on device: TestDevice = .processor
  ) throws -> KernelClient {
    try KernelClient(
      device.options(
        KernelOptions(memoryLimit: memory, threads: 1, world: nil, jobFolder: folder + "/jobs")))
  }

  private func training(_ output: String, _ others: JSONValue = [:]) throws -> JSONValue {
    var members: JSONObject = [
      "model": try TinyWorld().model, "site": "resid_post.1", "corpus": ["prompts": Self.prompts],
      "template": "none", "output": .string("\(folder)/\(output)"), "latents": 64, "k": 4,
      "steps": 400, "batch": 32, "learningRate": 0.003, "saveEvery": 50, "seed": 7,
    ]
    for member in others.objectValue?.members ?? [] { members[member.name] = member.value }
    return .object(members)
  }

  private func weights(_ output: String) throws -> Data {
    try Data(
      contentsOf: URL(filePath: "\(folder)/\(output)/model.layers.1/sae.safetensors"))
  }

  /// The job as it is when it rests.
  private func settled(_ job: JSONValue?, _ client: KernelClient) throws -> JSONValue {
    try client.ask("job/wait", ["job": job ?? .null, "timeoutMs": 60_000], seconds: 90)
  }

  /// Runs a whole training; what it comes to is what the others are held to.
  private func unbroken(_ client: KernelClient) throws -> JSONValue {
    let job = try client.ask("sae/train", training("unbroken"))["job"]
    return try settled(job, client)
  }

  // MARK: Training

  @Test func aTrainingWritesAnAutoencoderThatFits() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let client = try kernel()
    let done = try unbroken(client)
    #expect(done["state"] == "completed", "\(done)")
    let trained = try #require(done["result"])
    // transformers counts as many: Tests/Fixtures/check/llama3.json.
    #expect(trained["tokens"] == 222 && trained["entries"] == 4 && trained["skipped"] == 0)
    #expect(trained["steps"] == 400)
    let metrics = try #require(done["progress"]?["metrics"])
    for name in ["fvu", "l0", "dead", "learningRate", "tokensPerSecond"] {
      #expect(metrics[name] != nil, "\(name)")
    }
    let fvu = try #require(trained["fvu"]?.double)
    #expect(fvu < 0.7, "FVU \(fvu)")
    let loaded = try client.ask(
      "sae/load", ["path": trained["path"] ?? .null, "site": "resid_post.1"])
    #expect(loaded["latents"] == 64 && loaded["k"] == 4)
    #expect(!FileManager.default.fileExists(atPath: folder + "/unbroken/trainer.safetensors"))
    try client.shutDown()
  }

  /// Inside a block, what a training comes to leaves as much of the rows that transformers has
  /// there as a loop in PyTorch does from other weights and in other orders
  /// (Tests/Fixtures/site_training): no more than a tenth more, and far less than the first k
  /// principal components.
  @Test(arguments: TestDevice.available)
  func aTrainingInsideABlockFitsAsWellAsOneInPyTorch(device: TestDevice) throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let client = try kernel(on: device)
    let expected = try JSONValue(parsing: Fixtures.bytes("site_training/runs.json"))
    let site = try #require(expected["site"]?.stringValue)
    let job = try client.ask("sae/train", training("inner", ["site": .string(site)]))["job"]
    let done = try settled(job, client)
    #expect(done["state"] == "completed", "\(done)")
    let trained = try #require(done["result"])
    #expect(trained["tokens"] == expected["tokens"])
    let path = try #require(trained["path"]?.stringValue)
    let compute = Compute(team: ThreadTeam(threadCount: 1), precision: .float32)
    let weights = try SparseAutoencoder(path: path, compute: compute)
    let x = try TensorFixture("site_training/rows.safetensors").matrix("rows")
    let fvu = try #require(weights.fit(x).fvu)
    let runs = (expected["fvu"]?.elements ?? []).compactMap(\.double)
    #expect(runs.count == 5)
    #expect(fvu < 1.1 * (runs.max() ?? 0), "FVU \(fvu)")
    #expect(fvu > 0.9 * (runs.min() ?? 1), "FVU \(fvu)")
    #expect(fvu < 0.5 * (try #require(expected["principal"]?.double)))
    let loaded = try client.ask("sae/load", ["path": .string(path)])
    #expect(loaded["site"] == .string(site))
    try client.shutDown()
  }

  @Test func aPausedTrainingGoesOnToTheSameWeights() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let client = try kernel()
    _ = try unbroken(client)
    let job = try client.ask("sae/train", training("paused"))["job"] ?? .null
    var pauses = 0
    while pauses < 4 {
      let seen = try client.ask("job/get", ["job": job])
      guard seen["state"] == "running" || seen["state"] == "queued" else { break }
      guard (seen["progress"]?["total"]) == 400, (seen["progress"]?["done"]?.double ?? 0) > 0
      else { continue }
      _ = try client.ask("job/pause", ["job": job])
      let rest = try settled(job, client)
      guard rest["state"] == "paused" else { break }
      pauses += 1
      try client.ask("job/resume", ["job": job])
    }
    #expect(pauses > 0)
    let done = try settled(job, client)
    #expect(done["state"] == "completed", "\(done)")
    #expect(try weights("paused") == weights("unbroken"))
    let log = try client.ask("job/log", ["job": job])["lines"]?.elements ?? []
    #expect(log.contains { $0.stringValue?.contains("continues at step") == true })
    try client.shutDown()
  }

  @Test func whatDoesNotFitIsRefusedBeforeItRuns() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let client = try kernel(memory: 1 << 20)
    let job = try client.ask("sae/train", training("large", ["latents": 8192]))["job"]
    let failed = try settled(job, client)
    #expect(failed["state"] == "failed" && failed["error"]?["kind"] == "outOfMemory")
    let message = failed["message"]?.stringValue ?? ""
    #expect(message.contains("8192 latents on 222 tokens needs"), "\(message)")
    try client.shutDown()
  }

  @Test func badTrainingsAreRefused() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let client = try kernel()
    let refused: [(JSONValue, String)] = [
      (["site": "nowhere"], "unsupportedTarget"), (["output": "here"], "pathDenied"),
      (["corpus": ["prompts": "/nowhere.jsonl"]], "ioError"),
    ]
    for (others, kind) in refused {
      #expect(try client.refusal("sae/train", training("bad", others)).kind == kind, "\(others)")
    }
    for others in [["k": 65], ["latents": 0], ["batch": 1], ["type": "F8"]] as [JSONValue] {
      #expect(try client.refusal("sae/train", training("bad", others)).code == -32602, "\(others)")
    }
    let failing: [(JSONValue, String)] = [
      (["site": "resid_post.99"], "unsupportedTarget"), (["model": "unknown"], "modelNotLoaded"),
      (["batch": 4096], "numericalFailure"),
    ]
    try client.ask("model/load", ["path": TinyWorld().model])
    for (others, kind) in failing {
      let ended = try settled(client.ask("sae/train", training("bad", others))["job"], client)
      #expect(ended["state"] == "failed", "\(others)")
      #expect(ended["error"]?["kind"]?.stringValue == kind, "\(others): \(ended)")
    }
    // Two trainings into one folder: the second is told so.
    let first = try client.ask("sae/train", training("shared", ["steps": 100_000]))["job"] ?? .null
    let second = try settled(client.ask("sae/train", training("shared"))["job"], client)
    #expect(second["error"]?["kind"] == "busy", "\(second)")
    try client.ask("job/cancel", ["job": first])
    #expect(try settled(first, client)["state"] == "cancelled")
    try client.shutDown()
  }

  // MARK: Checking

  /// Held to whole forward passes of transformers with a hook at the site.
  @Test(arguments: ["llama3", "qwen2-last-block"], TestDevice.available)
  func aCheckFindsWhatTransformersFinds(name: String, device: TestDevice) throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let expected = try JSONValue(parsing: Fixtures.bytes("check/\(name).json"))
    let checkpoint = expected["checkpoint"]?.stringValue ?? ""
    let client = try kernel(on: device)
    try client.ask(
      "model/load",
      ["path": TinyWorld.path("models/\(checkpoint)"), "precision": "float32"])
    let sae = try client.ask(
      "sae/load",
      ["path": TinyWorld.path("interpretation/\(expected["autoencoder"]?.stringValue ?? "")")])
    let job = try client.ask(
      "sae/check",
      [
        "sae": sae["sae"] ?? .null, "corpus": ["prompts": TinyWorld.path("check/\(name).jsonl")],
        "template": "none",
      ])["job"]
    let done = try settled(job, client)
    #expect(done["state"] == "completed", "\(done)")
    let found = try #require(done["result"])
    for count in ["contexts", "tokens", "latents", "dead"] {
      #expect(found[count] == expected[count], "\(count)")
    }
    #expect(found["prediction"]?["tokens"] == expected["prediction"]?["tokens"])
    for figure in ["fvu", "meanContextFvu", "l0"] {
      expectClose([found[figure]?.double ?? .nan], [expected[figure]?.double ?? .nan], figure)
    }
    for figure in ["plain", "reconstruction", "zero", "lossRecovered", "kl"] {
      expectClose(
        [found["prediction"]?[figure]?.double ?? .nan],
        [expected["prediction"]?[figure]?.double ?? .nan], figure)
    }
    try client.shutDown()
  }

  @Test func aCheckCountsWhatItCannotUse() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let lines = [
      #"{"text":"What is shown here?"}"#, #"{"image":"missing.png"}"#, "no JSON", #"{"text":""}"#,
    ]
    let path = folder + "/prompts.jsonl"
    try Data(lines.joined(separator: "\n").utf8).write(to: URL(filePath: path))
    let client = try kernel()
    let world = try TinyWorld()
    try client.ask("model/load", ["path": world.model])
    let sae = try client.ask("sae/load", ["path": world.autoencoder])["sae"] ?? .null
    let params: JSONValue = ["sae": sae, "corpus": ["prompts": .string(path)], "template": "none"]
    let job = try client.ask("sae/check", params)["job"] ?? .null
    let done = try settled(job, client)
    #expect(done["state"] == "completed", "\(done)")
    #expect((done["result"]?["skipped"]?.double ?? 0) >= 2)
    let log = try client.ask("job/log", ["job": job])["lines"]?.elements ?? []
    #expect(log.count { $0.stringValue?.contains("skipped \"") == true } >= 2)
    try client.shutDown()
  }
}
