import Autoencoders
import Checkpoints
import Foundation
import JSON
import JSONRPC
import KernelProtocol
import Tensors
import TestSupport
import Testing

/// One autoencoder in another library's files, and without its top-k, asked over the wire.
@Suite struct AutoencoderFormatTests {
  /// A SAELens folder of the session's autoencoder, with `members` in its configuration.
  static func saeLens(
    _ world: TinyWorld, _ members: [String: Any], in folder: URL
  ) throws -> JSONValue {
    let path = try #require(world.autoencoder.stringValue)
    let team = ThreadTeam(threadCount: 1)
    let source = try SparseAutoencoder(
      path: path, compute: Compute(team: team, precision: .float32))
    let (latents, width) = (source.latentCount, source.inputSize)
    let encoder = source.encoder.floats()
    let turned = (0..<width).flatMap { column in (0..<latents).map { encoder[$0, column] } }
    var writer = SafetensorsWriter()
    writer.add("W_enc", shape: [width, latents], turned)
    writer.add("b_enc", shape: [latents], source.encoderBias)
    writer.add("W_dec", shape: [latents, width], source.decoder.floats().values)
    writer.add("b_dec", shape: [width], source.decoderBias)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try writer.write(to: folder.path + "/sae_weights.safetensors")
    let block = try #require(source.site?.split(separator: ".").last)
    let basis: [String: Any] = [
      "d_in": width, "d_sae": latents, "k": source.k, "apply_b_dec_to_input": true,
      "normalize_activations": "none",
      "metadata": ["hook_name": "blocks.\(block).hook_resid_post", "sae_lens_version": "6.1.0"],
    ]
    try JSONSerialization.data(withJSONObject: basis.merging(members) { $1 })
      .write(to: folder.appending(path: "cfg.json"))
    return .string(folder.path)
  }

  static func temporary() -> URL {
    FileManager.default.temporaryDirectory.appending(path: "lucarne-" + UUID().uuidString)
  }

  @Test func everyFormatHasANameOnTheWire() {
    #expect(AutoencoderFormats.names.allSatisfy { SAELoad.Format(rawValue: $0) != nil })
    #expect(Set(AutoencoderFormats.names).count == AutoencoderFormats.names.count)
  }

  @Test func anotherLibrarysFilesGiveTheSameScores() throws {
    let session = try OpenSession()
    let folder = Self.temporary()
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = try Self.saeLens(session.world, ["architecture": "topk"], in: folder)
    let loaded = try session.client.ask("sae/load", ["path": path])
    #expect(loaded["format"] == "saelens" && loaded["activation"] == "topk")
    let asked: JSONValue = [
      "target": try session.world.target("logitDiff.last"), "method": "gradient", "topK": 100_000,
    ]
    func items(_ sae: JSONValue) throws -> [[Double]] {
      guard case .object(var members) = session.params(asked) else { return [] }
      members["sae"] = sae
      let found = try session.client.ask("attribution/compute", .object(members))
      return (found["items"]?.elements ?? []).map { item in
        [item["position"], item["feature"]?["index"], item["score"], item["activation"]]
          .map { $0?.double ?? .nan }
      }
    }
    let sparsify = try items(session.sae)
    #expect(!sparsify.isEmpty)
    #expect(try items(#require(loaded["sae"])) == sparsify)
  }

  @Test func withoutTopKSumsStillHoldAndReselectionIsRefused() throws {
    let session = try OpenSession()
    let folder = Self.temporary()
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = try Self.saeLens(session.world, ["architecture": "standard"], in: folder)
    let loaded = try session.client.ask("sae/load", ["path": path])
    #expect(loaded["activation"] == "relu" && loaded["k"] == loaded["latents"])
    let sae = try #require(loaded["sae"])
    func asked(_ others: JSONValue) throws -> JSONValue {
      guard case .object(var members) = session.params(others) else { return others }
      members["sae"] = sae
      return .object(members)
    }
    let target = try session.world.target("logitDiff.last")
    let found = try session.client.ask(
      "attribution/compute", try asked(["target": target, "method": "gradient", "topK": 100_000]))
    let parts = ["sum", "bias", "errorTerm", "total"].map {
      found["completeness"]?[$0]?.double ?? .nan
    }
    expectClose([parts[0] + parts[1] + parts[2]], [parts[3]], "the sum")
    let item = try #require(found["items"]?.elements.first)
    let zero: JSONValue = [
      "feature": item["feature"] ?? .null, "op": "zero",
    ]
    let ablation = try asked(["interventions": [zero], "targets": [target]])
    _ = try session.client.ask("ablation/run", ablation)
    guard case .object(var members) = ablation else { return }
    members["splice"] = ["reselect": "topk"]
    let refusal = try session.client.refusal("ablation/run", .object(members))
    #expect(refusal.kind == "unsupportedTarget")
    let attribution = try session.client.refusal(
      "attribution/compute",
      try asked(["target": target, "method": "gradient", "splice": ["reselect": "topk"]]))
    #expect(attribution.kind == "unsupportedTarget")
  }

  @Test func aSiteThatIsGivenOverridesTheConfigurationWithAWarning() throws {
    let session = try OpenSession()
    let folder = Self.temporary()
    defer { try? FileManager.default.removeItem(at: folder) }
    func load(hook: String, site: JSONValue?) throws -> (JSONValue, String) {
      let path = try Self.saeLens(
        session.world, ["architecture": "topk", "metadata": ["hook_name": hook]], in: folder)
      let params: JSONValue = site.map { ["path": path, "site": $0] } ?? ["path": path]
      let loaded = try session.client.ask("sae/load", params)
      return (loaded, try session.client.ask("kernel/status")["message"]?.stringValue ?? "")
    }
    let block = try #require(
      session.client.ask("kernel/status")["saes"]?.elements.first?["site"]?.stringValue?
        .split(separator: ".").last)
    let other: JSONValue = "resid_post.0"
    #expect(block != "0")
    let (plain, quiet) = try load(hook: "language_model.layers.\(block)", site: nil)
    #expect(plain["site"]?.stringValue == "resid_post.\(block)")
    #expect(!quiet.contains("as asked"))
    for hook in ["language_model.layers.\(block)", "blocks.\(block).hook_mlp_out"] {
      let (loaded, told) = try load(hook: hook, site: other)
      #expect(loaded["site"] == other)
      #expect(told.contains("\"\(hook)\"; it is put at resid_post.0, as asked"))
    }
    let path = try Self.saeLens(
      session.world, ["metadata": ["hook_name": "model.layers.1.mlp.up_proj"]], in: folder)
    let refusal = try session.client.refusal("sae/load", ["path": path])
    #expect(refusal.kind == "saeMismatch")
    #expect(refusal.message.contains("\"model.layers.1.mlp.up_proj\""))
  }

  @Test func whatDoesNotFitInMemoryIsRefused() throws {
    let world = try TinyWorld()
    let client = try KernelClient(options: ["memoryLimit": 4_096])
    try client.ask("model/load", ["path": world.model, "precision": "float32"])
    let folder = Self.temporary()
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = try Self.saeLens(world, ["architecture": "topk"], in: folder)
    let refusal = try client.refusal("sae/load", ["path": path])
    #expect(refusal.kind == "outOfMemory")
  }
}
