import FeatureIndex
import Foundation
import JSON
import JSONRPC
import Kernel
import TestSupport
import Testing
import World

/// A kernel whose models are on a device: PyTorch's libraries on what `LUCARNE_TEST_DEVICE` names,
/// else on the processor, and libraries that only have their names (Tests/Fixtures/torch/fake.c).
@Suite struct DeviceTests {
  private struct Probe: Decodable {
    let picture: String
    let question: String
    let answer: String
    let yesMinusNo: Double
  }

  private let world: World
  private let probes: [Probe]

  init() throws {
    world = try #require(World(), "the world's resources are not beside the test program")
    probes = try JSONDecoder().decode(
      [Probe].self, from: Data(contentsOf: URL(fileURLWithPath: world.heldOut + "/probes.json")))
  }

  private func client(
    _ device: DeviceChoice, torch: TorchFolder = .absent(reason: "no libraries here")
  ) throws -> KernelClient {
    var options = KernelOptions(memoryLimit: 1 << 30, threads: 1, world: world)
    options.device = device
    options.torch = { _ in torch }
    return try KernelClient(options)
  }

  private func open(_ probe: Probe, _ client: KernelClient) throws -> JSONValue {
    let picture = "\(world.heldOut)/\(probe.picture).png"
    let opened = try client.ask(
      "context/open",
      ["parts": [["image": ["path": .string(picture)]], ["text": .string(probe.question)]]])
    return try #require(opened["context"])
  }

  private let yesOrNo: JSONValue = [
    "kind": "logitDiff", "answer": ["text": "Yes"], "baseline": ["text": "No"],
  ]

  private func number(_ value: JSONValue?) -> Double? { value?.double }

  // MARK: With PyTorch

  private struct Answers {
    let text: String?
    let value: Double
    /// Latents and positions.
    let places: Set<[Int64]>
    let pearson: Double
    let muted: Double
  }

  private func answers(to probe: Probe, of client: KernelClient, sae: JSONValue) throws -> Answers {
    let context = try open(probe, client)
    let generated = try client.ask("context/generate", ["context": context, "maxTokens": 8])
    let found = try client.ask(
      "attribution/compute",
      [
        "context": context, "sae": sae, "method": "gradient", "verify": 5, "target": yesOrNo,
        "topK": 20,
      ])
    let muted = try client.ask(
      "ablation/run",
      [
        "context": context, "sae": sae, "targets": [yesOrNo],
        "interventions": [["feature": ["sae": sae, "index": 182], "op": "zero"]],
      ])
    return Answers(
      text: generated["text"]?.stringValue,
      value: try #require(number(found["target"]?["value"])),
      places: Set(
        (found["items"]?.arrayValue ?? []).map { item in
          let (latent, position) = (item["feature"]?["index"], item["position"])
          return [latent?.integerValue ?? -1, position?.integerValue ?? -1]
        }),
      pearson: try #require(number(found["verification"]?["pearson"])),
      muted: try #require(number(muted["targets"]?.arrayValue?.first?["after"])))
  }

  /// The world's own truth, and this program's operators beside it. In bfloat16 either rounds a
  /// weight of attention to the other side now and then.
  @Test(
    .enabled(if: InstalledTorch.library != nil, InstalledTorch.absence),
    arguments: ["float32", "bfloat16"])
  func theWorldsProbesAreAnsweredAsOnTheProcessor(precision: String) throws {
    let folder = try #require(InstalledTorch.folder)
    let clients = [
      try client(.processor),
      try client(DeviceChoice(named: InstalledTorch.deviceName), torch: .found(folder)),
    ]
    let saes = try clients.map { client in
      try client.ask(
        "model/load", ["path": .string(world.model), "precision": .string(precision)])
      return try #require(
        client.ask("sae/load", ["path": .string(world.autoencoder)])["sae"])
    }
    for probe in probes {
      let both = try zip(clients, saes).map { try answers(to: probe, of: $0, sae: $1) }
      let (host, device) = (both[0], both[1])
      #expect(device.text == probe.answer, "\(probe.picture)")
      let bound = precision == "float32" ? 1e-3 : 0.03
      #expect(abs(host.value - device.value) < bound * max(1, abs(host.value)), "\(probe.picture)")
      #expect(abs(host.muted - device.muted) < bound * max(1, abs(host.muted)), "\(probe.picture)")
      if precision == "float32" {
        #expect(host.places.count == 20, "\(probe.picture)")
        #expect(host.places.intersection(device.places).count >= 19, "\(probe.picture)")
        #expect(abs(host.pearson - device.pearson) < 1e-3, "\(probe.picture)")
      }
    }
    let status = try clients[1].ask("kernel/status")
    let device = status["models"]?.arrayValue?.first?["device"]?.stringValue
    #expect(device == InstalledTorch.deviceName)
    #expect(status["devices"]?.arrayValue?.count == 1)
    #expect(try clients[0].ask("kernel/status")["devices"] == nil)
  }

  /// A feature times 1 is no change, however often it is encoded: sums in another order are none.
  @Test(.enabled(if: InstalledTorch.library != nil, InstalledTorch.absence))
  func whatOnlyRoundingMovesIsNoChange() throws {
    let folder = try #require(InstalledTorch.folder)
    let client = try client(DeviceChoice(named: InstalledTorch.deviceName), torch: .found(folder))
    let autoencoder = "\(world.folder)/autoencoders/model.layers.5"
    let sae = try client.ask("sae/load", ["path": .string(autoencoder)])["sae"] ?? .null
    let context = try open(probes[0], client)
    let active = try client.ask(
      "feature/activations", ["context": context, "sae": sae, "topK": 12])
    let latents = (active["items"]?.arrayValue ?? []).compactMap { $0["feature"]?["index"] }
    #expect(latents.count == 12, "\(active)")
    for latent in latents {
      func receipt(_ factor: JSONValue) throws -> JSONValue? {
        try client.ask(
          "steering/generate",
          [
            "context": context, "sae": sae, "maxTokens": 1, "splice": ["reselect": "topk"],
            "interventions": [
              ["feature": ["sae": sae, "index": latent], "op": "scale", "value": factor]
            ],
          ])["receipt"]
      }
      #expect(try receipt(1)?["positions"] == 0, "\(latent)")
      #expect(try (receipt(13)?["positions"]?.double ?? 0) > 0, "\(latent)")
    }
  }

  @Test(.enabled(if: InstalledTorch.library != nil, InstalledTorch.absence))
  func eightBitsAreTheProcessors() throws {
    let client = try client(.processor, torch: .found(#require(InstalledTorch.folder)))
    let refusal = try #require(throws: KernelClient.Refusal.self) {
      try client.ask(
        "model/load",
        ["path": .string(world.model), "precision": "int8", "device": "torch:cpu"])
    }
    #expect(refusal.kind == "unsupportedTarget")
    #expect(refusal.message.contains("int8") && refusal.message.contains("bfloat16"))
    let loaded = try client.ask(
      "model/load", ["path": .string(world.model), "device": "torch:cpu"])
    #expect(loaded["device"]?.stringValue == "torch:cpu")
    let plain = try client.ask("model/load", ["path": .string(world.model)])
    #expect(plain["device"] == nil && plain["model"] != loaded["model"])
  }

  // MARK: Jobs

  /// What a corpus' pictures are counted to: the processor's counts, and activations within a step
  /// of float32's sums.
  @Test(.enabled(if: InstalledTorch.library != nil, InstalledTorch.absence))
  func anIndexOnADeviceIsTheProcessors() throws {
    let folder = try TemporaryFolder()
    let tiny = try TinyWorld()
    var indexes: [FeatureIndexStore] = []
    for device in TestDevice.allCases {
      let client = try KernelClient(
        device.options(
          KernelOptions(
            memoryLimit: 1 << 30, threads: 1, world: nil, jobFolder: folder.path + "/jobs")))
      try client.ask("model/load", ["path": tiny.model, "precision": "float32"])
      let sae = try client.ask("sae/load", ["path": tiny.autoencoder])["sae"] ?? .null
      let path = "\(folder.path)/\(device).index"
      let job = try client.ask(
        "index/build",
        [
          "path": .string(path), "sae": sae,
          "corpus": ["folder": .string(Fixtures.path("models/pictures"))],
        ])["job"]
      let done = try client.ask(
        "job/wait", ["job": job ?? .null, "timeoutMs": 60_000], seconds: 90)
      #expect(done["state"] == "completed", "\(done)")
      try client.shutDown()
      indexes.append(try FeatureIndexStore.open(at: path))
    }
    let (host, device) = (indexes[0], indexes[1])
    let latents = host.identity.latentCount
    var counted = 0
    for latent in 0..<latents {
      let (expected, found) = (
        try host.statistics(ofLatent: latent), try device.statistics(ofLatent: latent)
      )
      #expect(found.keys == expected.keys, "latent \(latent)")
      for (view, expected) in expected {
        guard let found = found[view] else { continue }
        #expect((found.positions, found.items) == (expected.positions, expected.items))
        #expect(abs(found.max - expected.max) <= 1e-4 * expected.max, "latent \(latent)")
        counted += expected.positions
      }
    }
    #expect(counted > 500)
  }

  /// Questions of the world, with an arm that mutes a feature and its controls: in float32 every
  /// answer is the processor's.
  @Test(.enabled(if: InstalledTorch.library != nil, InstalledTorch.absence))
  func anEvaluationOnADeviceIsTheProcessors() throws {
    let folder = try TemporaryFolder()
    let sheets = try TestDevice.allCases.map { device in
      let client = try KernelClient(
        device.options(
          KernelOptions(
            memoryLimit: 1 << 30, threads: 1, world: world, jobFolder: folder.path + "/jobs")))
      try client.ask("model/load", ["path": .string(world.model), "precision": "float32"])
      let sae = try client.ask("sae/load", ["path": .string(world.autoencoder)])["sae"] ?? .null
      let path = "\(folder.path)/\(device).jsonl"
      let job = try client.ask(
        "evaluation/run",
        [
          "dataset": ["format": "questions", "path": .string(world.questions)],
          "answers": .string(path), "sae": sae, "limit": 40, "reconstruction": true,
          "arms": [
            [
              "name": "muted",
              "interventions": [["feature": ["sae": sae, "index": 182], "op": "zero"]],
            ]
          ],
        ])["job"]
      let done = try client.ask(
        "job/wait", ["job": job ?? .null, "timeoutMs": 60_000], seconds: 90)
      #expect(done["state"] == "completed" && done["result"]?["asked"] == 40, "\(done)")
      try client.shutDown()
      let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
      return try lines.dropFirst().map { try JSONValue(parsing: Array($0.utf8)) }
    }
    #expect(sheets[0].count == 40)
    #expect(sheets[0] == sheets[1])
  }

  // MARK: Without

  @Test(arguments: [
    ("gpu", "\"gpu\""), ("cuda:x", "\"cuda:x\""), ("cuda:0", "no libraries here"),
    ("torch:cpu", "no libraries here"), ("", "expected cpu"),
  ])
  func whatIsNotThereIsNamed(device: String, words: String) throws {
    let client = try client(.processor)
    let refusal = try #require(throws: KernelClient.Refusal.self) {
      try client.ask("model/load", ["path": .string(world.model), "device": .string(device)])
    }
    #expect(refusal.kind == "deviceUnavailable" && refusal.message.contains(words), "\(refusal)")
  }

  @Test func withoutLibrariesTheFirstCardIsTheProcessor() throws {
    let client = try client(.auto)
    let loaded = try client.ask("model/load", ["path": .string(world.model), "device": "auto"])
    #expect(loaded["device"] == nil)
    #expect(try client.ask("context/open", ["parts": [["text": "Hello"]]])["context"] != nil)
  }

  /// Where 8 bits are asked for, where the card has no room, and where it is lost, `auto` is the
  /// processor.
  @Test func theFirstCardIsTheProcessorWhereItCannotBeUsed() throws {
    let version = ["-DVERSION=0x020d000000000000ull", "-DTELLS"]
    let full = try FakeLibrary(version, devices: 1)
    let client = try client(.auto, torch: .found(full.path))
    let loaded = try client.ask("model/load", ["path": .string(world.model)])
    #expect(loaded["device"] == nil)
    let status = try client.ask("kernel/status")
    let message = status["message"]?.stringValue ?? ""
    #expect(message.contains("runs on the processor") && message.contains("cuda:0"), "\(status)")
    let empty = try FakeLibrary(version + ["-DFREE_MIB=65536"], devices: 1)
    let other = try self.client(.auto, torch: .found(empty.path))
    let path: JSONValue = .string(world.model)
    #expect(
      try other.ask("model/load", ["path": path, "precision": "int8"])["device"] == nil)
    #expect(try other.ask("model/load", ["path": path])["device"] == "cuda:0")
    try empty.folder.write([], "lost")
    #expect(throws: KernelClient.Refusal.self) {
      try other.ask("context/open", ["parts": [["text": "Hello"]]])
    }
    #expect(try other.ask("model/load", ["path": path, "device": "auto"])["device"] == nil)
    #expect(try other.ask("context/open", ["parts": [["text": "Hello"]]])["context"] != nil)
  }

  @Test func aCardThatIsNotThereIsNamedWithThoseThatAre() throws {
    let fake = try FakeLibrary(["-DVERSION=0x020d000000000000ull", "-DTELLS"], devices: 2)
    let client = try client(.processor, torch: .found(fake.path))
    let refusal = try #require(throws: KernelClient.Refusal.self) {
      try client.ask("model/load", ["path": .string(world.model), "device": "cuda:9"])
    }
    #expect(refusal.kind == "deviceUnavailable" && refusal.message.contains("cuda:0 to cuda:1"))
  }

  @Test func weightsThatDoNotFitAreRefusedBeforehand() throws {
    let fake = try FakeLibrary(["-DVERSION=0x020d000000000000ull", "-DTELLS"], devices: 1)
    let client = try client(.processor, torch: .found(fake.path))
    let refusal = try #require(throws: KernelClient.Refusal.self) {
      try client.ask("model/load", ["path": .string(world.model), "device": "cuda:0"])
    }
    #expect(refusal.kind == "outOfMemory" && refusal.message.contains("cuda:0"), "\(refusal)")
    #expect(refusal.data?["availableBytes"]?.integerValue == 0)
  }

  /// Told in the answer and in the status; the model goes on on the processor under its name.
  @Test func aLostDeviceIsToldAndTheModelGoesOnOnTheProcessor() throws {
    let flags = ["-DVERSION=0x020d000000000000ull", "-DTELLS", "-DFREE_MIB=65536"]
    let fake = try FakeLibrary(flags, devices: 1)
    let client = try client(.processor, torch: .found(fake.path))
    let loaded = try client.ask(
      "model/load", ["path": .string(world.model), "device": "cuda:0"])
    #expect(loaded["device"]?.stringValue == "cuda:0")
    try fake.folder.write([], "lost")
    let loss = try #require(throws: KernelClient.Refusal.self) {
      try client.ask("context/open", ["parts": [["text": "Does the image show a pond?"]]])
    }
    #expect(loss.kind == "deviceUnavailable" && loss.message.contains("cuda:0 is lost"), "\(loss)")
    let status = try client.ask("kernel/status")
    #expect(status["health"]?.stringValue == "warning")
    #expect(status["message"]?.stringValue?.contains("loaded on the processor again") == true)
    #expect(status["devices"]?.arrayValue?.first?["message"] != nil)
    #expect(status["models"]?.arrayValue?.first?["model"] == loaded["model"])
    #expect(status["models"]?.arrayValue?.first?["device"] == nil)
    let context = try client.ask("context/open", ["parts": [["text": "Hello"]]])["context"]
    let logits = try client.ask(
      "context/logits", ["context": try #require(context), "topK": 1])
    #expect(logits["items"]?.arrayValue?.count == 1)
    let refusal = try #require(throws: KernelClient.Refusal.self) {
      try client.ask("model/load", ["path": .string(world.model), "device": "cuda:0"])
    }
    #expect(refusal.kind == "deviceUnavailable" && refusal.message.contains("lost"))
  }
}
