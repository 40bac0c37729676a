import Foundation
import JSON
import JSONRPC
import Tensors
import TestSupport
import Testing

/// The core methods' values against transformers and PyTorch, over the wire.
@Suite struct ConversationTests {
  @Test func loadingTellsTheCheckpointsFacts() throws {
    let world = try TinyWorld()
    let client = try KernelClient()
    let config = try JSONValue(parsing: Fixtures.bytes("models/llama3/config.json"))
    let text = try #require(config["text_config"])
    let vision = try #require(config["vision_config"])
    let loaded = try client.ask("model/load", ["path": world.model])
    #expect(loaded["architecture"] == config["architectures"]?.elements.first)
    #expect(loaded["layers"] == text["num_hidden_layers"])
    #expect(loaded["hiddenSize"] == text["hidden_size"])
    #expect(loaded["vocabularySize"] == text["vocab_size"])
    let side = Int64((vision["image_size"]?.double ?? 0) / (vision["patch_size"]?.double ?? 0))
    #expect(loaded["image"]?["patchGrid"]?.integers == [side, side])
    #expect(loaded["image"]?["tokensPerTile"]?.integerValue == side * side)

    let file = Fixtures.path("models/llama3/model.safetensors")
    let size = try FileManager.default.attributesOfItem(atPath: file)[.size] as? Int64 ?? 0
    let bytes = try #require(loaded["bytes"]?.integerValue)
    #expect(bytes > size * 9 / 10 && bytes <= size, "\(bytes) of a file of \(size)")

    let autoencoder = try client.ask("sae/load", ["path": world.autoencoder])
    #expect(autoencoder["site"] == "resid_post.1")
    #expect(autoencoder["latents"] == 96 && autoencoder["k"] == 7 && autoencoder["inputSize"] == 40)
    let fit = try #require(autoencoder["fit"])
    #expect((fit["fvu"]?.double ?? -1) > 0 && (fit["l0"]?.double ?? 99) <= 7)

    let status = try client.ask("kernel/status")
    #expect(status["models"]?.elements.first?["model"] == loaded["model"])
    #expect(status["saes"]?.elements.first?["sae"] == autoencoder["sae"])
    try client.shutDown()
  }

  @Test func aPromptIsTokenisedAndPlacedAsTransformersDoes() throws {
    let session = try OpenSession()
    let (client, opened) = (session.client, session.opened)
    let expected = try #require(session.world.reference["tokens"]?.integers)
    #expect(opened["tokenCount"]?.integerValue == Int64(expected.count))
    #expect(opened["version"] == 1)
    let all = try client.ask("context/tokens", session.params(sae: false))["tokens"]?.elements ?? []
    #expect(all.compactMap { $0["id"]?.integerValue } == expected)
    #expect(all.map { $0["position"]?.integerValue } == expected.indices.map(Int64.init))

    let image = try #require(opened["images"]?.elements.first)
    #expect(image["part"] == "picture" && image["width"] == 61 && image["height"] == 45)
    let base = try #require(image["base"]?["span"])
    let tiles = try #require(image["tiles"])
    let span = try #require(opened["parts"]?.elements.first { $0["part"] == "picture" }?["span"])
    #expect(base["start"] == span["start"])
    let grid = try #require(tiles["grid"]?.integers)
    let tileSpan = try #require(tiles["span"])
    // One newline token closes each row of the tiles.
    #expect(
      (tileSpan["end"]?.double ?? 0) - (tileSpan["start"]?.double ?? 0)
        == Double(grid[0] * (grid[1] + 1)))
    let boxes = all.filter { $0["box"] != nil }
    #expect(boxes.count == 9 + Int(grid[0] * grid[1]))
    for token in boxes {
      let box = token["box"]?.elements.map(\.double) ?? []
      try #require(box.count == 4)
      #expect(box[0] < box[2] && box[1] < box[3], "\(token)")
      #expect(box[0] >= 0 && box[1] >= 0 && box[2] <= 61 && box[3] <= 45, "\(token)")
    }
    let part =
      try client.ask(
        "context/tokens", session.params(["span": span], sae: false))["tokens"]?.elements ?? []
    #expect(part == all.filter { $0["part"] == "picture" })
  }

  @Test func logitsAndResidualsAreTheReferences() throws {
    let session = try OpenSession()
    let (client, world) = (session.client, session.world)
    let logits = try world.tensors.matrix("logits")
    for offset in 0..<logits.rows {
      let position = 71 - logits.rows + offset
      let items =
        try client.ask(
          "context/logits",
          session.params(["position": .integer(Int64(position)), "topK": 384], sae: false))[
          "items"]?
        .elements ?? []
      let expected = logits.doubles(inRow: offset)
      let norm = log(expected.reduce(0) { $0 + exp($1) })
      let byToken = items.sorted { ($0["token"]?.double ?? 0) < ($1["token"]?.double ?? 0) }
      expectClose(byToken.map { $0["logit"]?.double ?? .nan }, expected, "logits at \(position)")
      expectClose(
        byToken.map { $0["logProb"]?.double ?? .nan }, expected.map { $0 - norm },
        "log probabilities at \(position)")
      #expect(
        items.map { $0["logit"]?.double ?? 0 }
          == items.map { $0["logit"]?.double ?? 0 }.sorted(by: >))
    }
    for block in 0..<4 {
      let tensor = try client.ask(
        "activation/read", session.params(["site": .string("resid_post.\(block)")], sae: false))[
          "tensor"]
      let expected = try world.tensors.matrix("residual.\(block)")
      #expect(tensor?["shape"]?.integers == [71, 40])
      expectClose(
        tensor?.tensorValues ?? [], expected.doubles,
        "residual \(block)")
    }
    let slice = try client.ask(
      "activation/read",
      session.params(["site": "resid_post.2", "span": ["start": 20, "end": 28]], sae: false))[
        "tensor"]
    let rows = try world.tensors.matrix("residual.2")
    #expect(slice?["shape"]?.integers == [8, 40])
    expectClose(slice?.tensorValues ?? [], (20..<28).flatMap { rows.doubles(inRow: $0) }, "slice")
  }

  @Test func greedyTokensAreTransformersAndStream() throws {
    let session = try OpenSession()
    let client = session.client
    let plain = try #require(session.world.reference["steering"]?.elements.first)
    let params = session.params(["maxTokens": 8], sae: false)
    let whole = try client.ask("context/generate", params)
    let tokens = whole["tokens"]?.elements ?? []
    #expect(tokens.compactMap { $0["id"]?.integerValue } == plain["tokens"]?.integers)
    expectClose(
      tokens.map { $0["logProb"]?.double ?? .nan },
      plain["logProbs"]?.elements.map(\.double) ?? [], "log probabilities")
    #expect(whole["finish"] == "length")

    guard case .object(var members) = params else { return }
    members["partialResultToken"] = "p"
    let streamed = try client.ask("context/generate", .object(members))
    #expect(streamed["tokens"] == [] && streamed["text"] == whole["text"])
    let pieces = client.takeNotifications().filter { $0["token"] == "p" }
    #expect(pieces.flatMap { $0["value"]?["tokens"]?.elements ?? [] } == tokens)
  }

  @Test func featuresAndTheirFactsAreTheReferences() throws {
    let session = try OpenSession()
    let (client, reference) = (session.client, session.world.reference)
    let expected = try #require(reference["features"]?.elements.first)
    let region = expected["region"]?.elements ?? []
    for rank in ["max", "mean", "sum"] {
      let found = try client.ask(
        "feature/activations",
        session.params([
          "region": ["span": ["start": region[0], "end": region[1]]], "topK": 10,
          "rankBy": .string(rank),
        ]))
      let items = expected["ranks"]?[rank]?.elements ?? []
      #expect(
        found["items"]?.elements.compactMap { $0["feature"]?["index"] }
          == items.compactMap { $0["latent"] })
      expectClose(
        found["items"]?.elements.map { $0["score"]?.double ?? .nan } ?? [],
        items.map { $0["score"]?.double ?? .nan }, rank)
      expectClose(
        [found["l0"]?.double ?? .nan, found["fvu"]?.double ?? .nan],
        [expected["l0"]?.double ?? .nan, expected["fvu"]?.double ?? .nan], "\(rank), l0 and FVU")
    }
    let effects = try session.world.interpretation.matrix("information.effects")
    for (row, information) in (reference["information"]?.elements ?? []).enumerated() {
      let feature: JSONValue = ["sae": session.sae, "index": information["latent"] ?? nil]
      let found = try client.ask("feature/info", ["feature": feature, "topK": 5])
      expectClose(
        [found["stats"]?["decoderNorm"]?.double ?? .nan],
        [information["norm"]?.double ?? .nan], "norm of a decoder row")
      let known = information["neighbours"]?.elements ?? []
      let neighbours = found["neighbours"]?.elements ?? []
      #expect(
        neighbours.compactMap { $0["feature"]?["index"] } == known.compactMap { $0["latent"] })
      expectClose(
        neighbours.map { $0["cosine"]?.double ?? .nan }, known.map { $0["cosine"]?.double ?? .nan },
        "cosines")
      let direct = effects.doubles(inRow: row)
      expectClose(
        found["logits"]?["promoted"]?.elements.map { $0["value"]?.double ?? .nan } ?? [],
        Array(direct.sorted(by: >).prefix(5)), "promoted")
      expectClose(
        found["logits"]?["suppressed"]?.elements.map { $0["value"]?.double ?? .nan } ?? [],
        Array(direct.sorted().prefix(5)), "suppressed")
    }
  }

  @Test func closingForgetsTheContextAndItsBytes() throws {
    let session = try OpenSession()
    let client = session.client
    let before = try client.ask("kernel/status")
    #expect(before["contexts"]?.elements.first?["context"] == session.context)
    #expect((before["memory"]?["used"]?.double ?? 0) > 0)
    try client.ask("context/close", session.params(sae: false))
    let after = try client.ask("kernel/status")
    #expect(after["contexts"] == [])
    // What is left is the copy of the encoder that finds codes; it stays with the autoencoder.
    let items = after["memory"]?["items"]?.elements ?? []
    #expect(items.first?["name"] == "contexts" && items.first?["bytes"] == 0)
    let (used, rest) = (after["memory"]?["used"]?.double ?? 0, items.dropFirst().first?["bytes"])
    #expect(rest?.double == used && used < (before["memory"]?["used"]?.double ?? 0))
    #expect(
      try client.refusal("context/close", session.params(sae: false)).kind == "contextNotFound")
    try client.shutDown()
  }
}
