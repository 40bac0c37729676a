import Autoencoders
import Checkpoints
import Foundation
import JSON
import JSONRPC
import KernelProtocol
import Tensors
import TestSupport
import Testing

/// Sites inside a block over the wire: loading, attribution, ablation, fits and refusals.
@Suite struct SiteOverTheWireTests {
  /// A session and an autoencoder of another place in the same model.
  private final class Scene {
    let session: OpenSession
    let folder = AutoencoderFormatTests.temporary()
    let loaded: JSONValue

    init(_ members: [String: Any]) throws {
      session = try OpenSession()
      let path = try AutoencoderFormatTests.saeLens(session.world, members, in: folder)
      loaded = try session.client.ask("sae/load", ["path": path])
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func params(_ others: JSONValue) throws -> JSONValue {
      guard case .object(var members) = session.params(others) else { return others }
      members["sae"] = loaded["sae"] ?? .null
      return .object(members)
    }

    func tensor(_ site: String) throws -> Matrix {
      let found = try session.client.ask(
        "activation/read", ["context": session.context, "site": .string(site)])
      let wire: WireTensor = try #require(found["tensor"]).decode()
      return Matrix(rows: wire.shape[0], columns: wire.shape[1], values: wire.values)
    }
  }

  private static func hooks(_ input: String, _ output: String? = nil) -> [String: Any] {
    guard let output else {
      return ["architecture": "topk", "metadata": ["hook_name": input]]
    }
    return [
      "architecture": "transcoder", "apply_b_dec_to_input": false, "d_out": 40,
      "metadata": ["hook_name": input, "hook_name_out": output],
    ]
  }

  private static var places: [(site: String, members: [String: Any])] {
    [
      ("mlp_out.1", hooks("blocks.1.hook_mlp_out")),
      ("attn_out.2", hooks("blocks.2.hook_attn_out")),
      ("resid_mid.1", hooks("blocks.1.hook_resid_mid")),
      ("resid_pre.0", hooks("blocks.0.hook_resid_pre")),
      ("transcoder.1", hooks("blocks.1.mlp.hook_in", "blocks.1.mlp.hook_out")),
    ]
  }

  @Test(arguments: places.map(\.site))
  func aPlaceIsLoadedAttributedAndAblated(_ site: String) throws {
    let scene = try Scene(try #require(Self.places.first { $0.site == site }).members)
    let client = scene.session.client
    #expect(scene.loaded["site"] == .string(site))
    #expect((scene.loaded["outputSize"] == 40) == site.hasPrefix("transcoder"))
    let status = try client.ask("kernel/status", [:])
    #expect(status["saes"]?.elements.contains { $0["site"] == .string(site) } == true)
    let target = try scene.session.world.target("logitDiff.last")
    let found = try client.ask(
      "attribution/compute",
      try scene.params(["target": target, "method": "relevance", "topK": 5, "verify": 3]))
    let parts = ["sum", "bias", "errorTerm", "total"].map {
      found["completeness"]?[$0]?.double ?? .nan
    }
    let bypass = found["completeness"]?["bypass"]?.double ?? 0
    #expect((bypass == 0) == site.hasPrefix("resid"))
    expectClose([parts[0] + parts[1] + parts[2] + bypass], [parts[3]], "the sum")
    let remainder = try #require(found["completeness"]?["remainder"]?.double)
    #expect(abs(remainder) <= 1e-4 * max(1, abs(parts[3])))
    let checked = try #require(found["verification"]?["items"]?.elements.first)
    let position = Int64(try #require(checked["position"]?.double))
    let zero: JSONValue = [
      "feature": checked["feature"] ?? .null, "op": "zero",
      "at": [["span": ["start": .integer(position), "end": .integer(position + 1)]]],
    ]
    let ablated = try client.ask(
      "ablation/run", try scene.params(["interventions": [zero], "targets": [target]]))
    let values = try #require(ablated["targets"]?.elements.first)
    let fall = (values["before"]?.double ?? .nan) - (values["after"]?.double ?? .nan)
    #expect(abs(fall - (checked["measured"]?.double ?? .nan)) <= 1e-5 * max(1, abs(fall)))
    let active = try client.ask("feature/activations", try scene.params(["topK": 3]))
    #expect(active["items"]?.elements.isEmpty == false)
    let clamp: JSONValue = [
      "feature": checked["feature"] ?? .null, "op": "clamp", "value": 2, "generated": true,
    ]
    let steered = try client.ask(
      "steering/generate", try scene.params(["interventions": [clamp], "maxTokens": 2]))
    #expect((steered["receipt"]?["positions"]?.double ?? 0) > 0)
  }

  /// What a half adds is the difference of the streams around it.
  @Test func tensorsOfABlockAreReadByTheirNames() throws {
    let scene = try Scene(Self.hooks("blocks.1.hook_mlp_out"))
    let middle = try scene.tensor("resid_mid.1")
    for (update, before, after) in [
      ("blocks.1.hook_mlp_out", middle, try scene.tensor("resid_post.1")),
      ("attn_out.1", try scene.tensor("resid_post.0"), middle),
    ] {
      let difference = after - before
      let found = try scene.tensor(update) - difference
      #expect(found.maxMagnitude <= 1e-5 * max(1, after.maxMagnitude))
    }
    #expect(try scene.tensor("attn_heads.1").columns == 40)
    let refusal = try scene.session.client.refusal(
      "activation/read", ["context": scene.session.context, "site": "blocks.1.hook_mlp_in"])
    #expect(refusal.message.contains("no site"))
  }

  @Test func whatDoesNotFitIsRefusedByName() throws {
    let scene = try Scene(Self.hooks("blocks.1.mlp.hook_in", "blocks.1.hook_mlp_out"))
    let path: JSONValue = .string(scene.folder.path)
    for (site, words) in [
      ("mlp_out.1", "is a transcoder"), ("transcoder.4", "blocks 0 … 3"),
      ("mlp_in.1", "not added to the residual stream"), ("blocks.1.hook_mlp_in", "no site"),
      ("resid_post.2 -> mlp_out.1", "comes after"),
    ] {
      let refusal = try scene.session.client.refusal(
        "sae/load", ["path": path, "site": .string(site)])
      #expect(refusal.kind == "saeMismatch")
      #expect(refusal.message.contains(words), "\(refusal.message)")
    }
  }

  /// A set of circuit-tracer's whose configuration does not say how many latents are active: it is
  /// asked for, and either answer is taken.
  @Test func whatACircuitTracersSetLeavesOpenIsAskedFor() throws {
    let scene = try Scene(Self.hooks("blocks.1.mlp.hook_in", "blocks.1.hook_mlp_out"))
    let source = try SparseAutoencoder(
      path: scene.folder.path,
      compute: Compute(team: ThreadTeam(threadCount: 1), precision: .float32))
    let sets = AutoencoderFormatTests.temporary()
    defer { try? FileManager.default.removeItem(at: sets) }
    try FileManager.default.createDirectory(at: sets, withIntermediateDirectories: true)
    var writer = SafetensorsWriter()
    for (name, matrix) in [("W_enc", source.encoder), ("W_dec", source.decoder)] {
      writer.add(name, shape: [matrix.rows, matrix.columns], matrix.floats().values)
    }
    writer.add("b_enc", shape: [source.latentCount], source.encoderBias)
    writer.add("b_dec", shape: [source.outputSize], source.decoderBias)
    try writer.write(to: sets.path + "/layer_1.safetensors")
    try Data("feature_input_hook: mlp.hook_in\nfeature_output_hook: mlp.hook_out\n".utf8)
      .write(to: sets.appending(path: "config.yaml"))
    let client = scene.session.client
    let path: JSONValue = .string(sets.path)
    let refusal = try client.refusal("sae/load", ["path": path])
    #expect(refusal.message.contains("top_k"))
    let all = try client.ask("sae/load", ["path": path, "activation": "relu"])
    #expect(all["site"] == "transcoder.1" && all["activation"] == "relu")
    #expect(all["format"] == "circuit-tracer" && all["fit"] == scene.loaded["fit"])
    let few = try client.ask("sae/load", ["path": path, "k": 3])
    #expect(few["activation"] == "topk" && few["k"] == 3 && few["sae"] != all["sae"])
  }

  @Test func sitesAreListedWithReasons() throws {
    let session = try OpenSession()
    let found = try session.client.ask("sae/sites", [:])
    #expect(found["blocks"] == 4)
    let sites = try #require(found["sites"]?.elements)
    func place(_ name: String) throws -> JSONValue {
      try #require(sites.first { $0["site"] == .string(name) })
    }
    for name in ["attn_heads.N", "attn_out.N", "resid_mid.N", "mlp_out.N", "resid_post.N"] {
      let found = try place(name)
      #expect(found["isServed"] == true && found["reason"] == nil && found["last"] == 3)
      #expect(found["width"] == 40)
      // Each of its names is loaded as that site.
      for other in found["names"]?.elements ?? [] {
        let spelt = try #require(other.stringValue).replacing("N", with: "1")
        let read = try session.client.ask(
          "activation/read", ["context": session.context, "site": .string(spelt)])
        let own = try session.client.ask(
          "activation/read",
          ["context": session.context, "site": .string(name.replacing("N", with: "1"))])
        #expect(read == own, "\(spelt)")
      }
    }
    #expect(try place("mlp_in.N")["isServed"] == false)
    #expect(try place("transcoder.N")["isServed"] == true)
    #expect(try place("resid_pre.N")["last"] == 0)
    for site in sites where site["isServed"] == false {
      #expect(site["reason"]?.stringValue?.isEmpty == false)
    }
  }

  /// What was measured is what `sae/load` says of the same context.
  @Test func aFitIsToldByKindAndConvention() throws {
    let scene = try Scene(Self.hooks("blocks.1.hook_mlp_out"))
    let found = try scene.session.client.ask(
      "sae/fit", ["sae": scene.loaded["sae"] ?? nil, "context": scene.session.context])
    #expect(found["site"] == "mlp_out.1" && found["contexts"] == 1)
    let kinds = try #require(found["kinds"]?.elements)
    let tokens = scene.session.opened["tokenCount"]?.double ?? .nan
    func count(_ name: String) -> Double {
      kinds.first { $0["kind"] == .string(name) }?["tokens"]?.double ?? 0
    }
    #expect(count("all") == tokens - 1 && count("first") == 1 && count("last") == 1)
    #expect(
      count("first") + count("text") + count("base") + count("tiles") + count("newline") == tokens)
    let readings = try #require(found["conventions"]?.elements).map { $0["convention"] }
    #expect(readings == ["decoderBias", "signs", "blockBelow", "blockAbove", "unitScale"])
    let closed = try scene.session.client.refusal("sae/fit", ["sae": "none"])
    #expect(closed.kind == "saeNotLoaded" || closed.kind == "saeMismatch")
  }
}
