import Foundation
import Images
import JSON
import JSONRPC
import Tensors
import TestSupport
import Testing

/// Attribution, ablation and steering against PyTorch's autograd and hooks, over the wire.
@Suite struct InterpretationOverTheWireTests {
  static let checkpoints = ["llama3", "mistral"]

  @Test(
    arguments: ["logitDiff.last", "logit.earlier", "logProb.last", "sequence"], ["keep", "drop"])
  func scoresAreThoseOfAutograd(target: String, errorTerm: String) throws {
    let session = try OpenSession()
    let world = session.world
    let found = try session.client.ask(
      "attribution/compute",
      session.params([
        "target": world.target(target), "method": "gradient", "topK": 100_000,
        "splice": ["errorTerm": .string(errorTerm)],
      ]))
    let prefix = target == "sequence" ? "sequence." : ""
    let latents = try world.interpretation.matrix(prefix + "indices")
    let scores = try world.interpretation.matrix("attribution.\(target).\(errorTerm).scores")
    let values = try world.interpretation.matrix(prefix + "values")
    var byPlace: [[Int]: (score: Double, activation: Double)] = [:]
    for item in found["items"]?.elements ?? [] {
      let place = [item["position"], item["feature"]?["index"]].map { Int($0?.double ?? -1) }
      byPlace[place] = (item["score"]?.double ?? .nan, item["activation"]?.double ?? .nan)
    }
    var expected: [[Int]: (score: Double, activation: Double)] = [:]
    for row in 0..<latents.rows {
      for column in 0..<latents.columns where values[row, column] > 0 {
        expected[[row, Int(latents[row, column])]] = (
          Double(scores[row, column]), Double(values[row, column])
        )
      }
    }
    let places = expected.keys.sorted { ($0[0], $0[1]) < ($1[0], $1[1]) }
    // Positions behind the target's have no share in it; they may be listed with 0 or left out.
    expectClose(
      places.map { byPlace[$0]?.score ?? 0 }, places.map { expected[$0]?.score ?? .nan }, "scores")
    #expect(Set(byPlace.keys).isSubset(of: expected.keys))
    #expect(found["splice"]?["errorTerm"] == .string(errorTerm))

    let run = try #require(
      world.reference["attributions"]?.elements.first {
        $0["target"] == .string(target) && $0["errorTerm"] == .string(errorTerm)
      })
    expectClose(
      [found["target"]?["value"]?.double ?? .nan], [run["value"]?.double ?? .nan], "value")
    let names = ["sum", "bias", "errorTerm", "total"]
    let completeness = names.map { found["completeness"]?[$0]?.double ?? .nan }
    expectClose(
      completeness, names.map { run["completeness"]?[$0]?.double ?? .nan }, "completeness")
    expectClose([completeness[0] + completeness[1] + completeness[2]], [completeness[3]], "the sum")
  }

  @Test func integratedGradientsAreTheReferences() throws {
    let session = try OpenSession()
    let world = session.world
    let reference = try #require(world.reference["integrated"])
    let runs = reference["runs"]?.elements ?? []
    for run in runs where run["region"]?.integers == [20, 28] {
      let errorTerm = run["errorTerm"]?.stringValue ?? ""
      let found = try session.client.ask(
        "attribution/compute",
        session.params([
          "target": world.target("logitDiff.last"), "method": "integratedGradients",
          "steps": reference["steps"] ?? nil, "region": ["span": ["start": 20, "end": 28]],
          "topK": 1000, "splice": ["errorTerm": .string(errorTerm)],
        ]))
      let scores = try world.interpretation.matrix("integrated.region.\(errorTerm).scores")
      let latents = try world.interpretation.matrix("indices")
      let values = try world.interpretation.matrix("values")
      var expected: [Double] = []
      var ours: [Double] = []
      for row in 20..<28 {
        for column in 0..<latents.columns where values[row, column] > 0 {
          expected.append(Double(scores[row, column]))
          let item = found["items"]?.elements.first {
            $0["position"]?.double == Double(row)
              && $0["feature"]?["index"]?.double == Double(latents[row, column])
          }
          ours.append(item?["score"]?.double ?? .nan)
        }
      }
      expectClose(ours, expected, "integrated, \(errorTerm)")
    }
  }

  @Test func verificationMeasuresByExactAblation() throws {
    let session = try OpenSession()
    let params = session.params([
      "target": try session.world.target("logitDiff.last"), "method": "gradient", "verify": 5,
      "topK": 100,
    ])
    let found = try session.client.ask("attribution/compute", params)
    let verified = found["verification"]?["items"]?.elements ?? []
    #expect(verified.count { $0["origin"] == "strongest" } == 5)
    #expect(verified.count > 5 && verified.count <= 15)
    #expect(found["verification"]?["n"]?.integerValue == Int64(verified.count))
    for item in verified {
      let position = item["position"] ?? nil
      let zero: JSONValue = [
        "op": "zero", "feature": item["feature"] ?? nil,
        "at": [["span": ["start": position, "end": .integer((position.integerValue ?? 0) + 1)]]],
      ]
      let ablated = try session.client.ask(
        "ablation/run",
        session.params([
          "interventions": [zero], "targets": [try session.world.target("logitDiff.last")],
        ]))
      let target = ablated["targets"]?.elements.first
      let fall = (target?["before"]?.double ?? .nan) - (target?["after"]?.double ?? .nan)
      #expect(abs(fall - (item["measured"]?.double ?? .nan)) <= 1e-5, "\(item)")
    }
    #expect((found["verification"]?["pearson"]?.double ?? -2) >= -1)
  }

  @Test func renderingsArePicturesOfTheRightSize() throws {
    let session = try OpenSession()
    for style in ["patches", "smooth"] {
      let found = try session.client.ask(
        "attribution/compute",
        session.params([
          "target": try session.world.target("logitDiff.last"), "method": "gradient",
          "render": ["image": .string(style), "text": style == "smooth" ? "html" : "png"],
        ]))
      let renderings = found["renderings"]?.elements ?? []
      #expect(renderings.count == 2)
      for rendering in renderings {
        let data = Data(base64Encoded: rendering["base64"]?.stringValue ?? "") ?? Data()
        if rendering["mimeType"] == "text/html" {
          // A picture is one word of the strip, every other token another.
          let spans = String(decoding: data, as: UTF8.self).ranges(of: "<span").count
          #expect(spans == 71 - 37 + 1)
          continue
        }
        #expect(data.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]))
        let size = data.dropFirst(16).prefix(8).map(Int.init)
        let width = size[0] << 24 | size[1] << 16 | size[2] << 8 | size[3]
        let picture = try PictureDecoder().picture(from: Array(data))
        #expect(picture.width == width && picture.width >= 61)
      }
    }
  }

  @Test(arguments: checkpoints)
  func ablationsAreThoseOfHooks(_ checkpoint: String) throws {
    let session = try OpenSession(checkpoint)
    let world = session.world
    for run in world.reference["ablations"]?.elements ?? [] {
      let changes = world.reference["interventions"]?[run["set"]?.stringValue ?? ""]
      let targets = run["targets"]?.elements ?? []
      let found = try session.client.ask(
        "ablation/run",
        session.params([
          "interventions": world.interventions(changes, sae: session.sae),
          "targets": .array(try targets.map { try world.target($0["target"]?.stringValue ?? "") }),
          "splice": ["errorTerm": run["errorTerm"] ?? nil, "reselect": run["reselect"] ?? nil],
        ]))
      let what = "\(run["set"] ?? nil) \(run["errorTerm"] ?? nil) \(run["reselect"] ?? nil)"
      for name in ["before", "reconstruction", "after"] {
        expectClose(
          found["targets"]?.elements.map { $0[name]?.double ?? .nan } ?? [],
          targets.map { $0[name]?.double ?? .nan }, "\(name), \(what)")
      }
      let divergence = run["kl"]?.double ?? .nan
      #expect(
        abs((found["kl"]?.double ?? .nan) - divergence) <= 1e-4 * max(1, divergence), "\(what)")
    }
  }

  @Test(arguments: checkpoints)
  func steeringIsThatOfHooks(_ checkpoint: String) throws {
    let session = try OpenSession(checkpoint)
    let world = session.world
    let runs = world.reference["steering"]?.elements ?? []
    for run in runs where run["interventions"]?.arrayValue?.isEmpty == false {
      let found = try session.client.ask(
        "steering/generate",
        session.params([
          "interventions": world.interventions(run["interventions"], sae: session.sae),
          "maxTokens": 8, "compareWith": ["plain", "reconstruction"],
          "splice": ["errorTerm": run["errorTerm"] ?? nil, "reselect": run["reselect"] ?? nil],
        ]))
      let what = "\(run["name"] ?? nil) \(run["errorTerm"] ?? nil) \(run["reselect"] ?? nil)"
      let outputs = found["outputs"]?.elements ?? []
      #expect(
        outputs.compactMap { $0["name"]?.stringValue } == ["steered", "plain", "reconstruction"])
      let tokens = outputs.map { $0["tokens"]?.elements ?? [] }
      #expect(tokens[0].compactMap { $0["id"]?.integerValue } == run["tokens"]?.integers, "\(what)")
      #expect(tokens[1].compactMap { $0["id"]?.integerValue } == runs[0]["tokens"]?.integers)
      expectClose(
        tokens[0].map { $0["logProb"]?.double ?? .nan },
        run["logProbs"]?.elements.map(\.double) ?? [], "log probabilities, \(what)")
      expectClose(
        found["effect"]?["klPerToken"]?.elements.map(\.double) ?? [],
        run["klPerToken"]?.elements.map(\.double) ?? [], "divergence, \(what)")
      let receipt = run["receipt"]
      #expect(found["receipt"]?["steps"] == receipt?["steps"], "\(what)")
      #expect(found["receipt"]?["positions"] == receipt?["positions"], "\(what)")
      #expect(found["receipt"]?["dropped"] == receipt?["dropped"], "\(what)")
      expectClose(
        [found["receipt"]?["meanNorm"]?.double ?? .nan], [receipt?["meanNorm"]?.double ?? .nan],
        "mean norm, \(what)")
    }
  }
}
