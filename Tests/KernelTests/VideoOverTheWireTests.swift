import Checkpoints
import Foundation
import Images
import JSON
import JSONRPC
import KernelProtocol
import TestSupport
import Testing

/// Videos given as frames over the wire: their views, questions about a frame, sessions, refusals.
@Suite struct VideoOverTheWireTests {
  /// A kernel with the tiny LLaVA-OneVision, an autoencoder of random numbers, and a video of three
  /// frames with a question.
  private final class Scene {
    let client: KernelClient
    let opened: JSONValue
    let context: JSONValue
    let sae: JSONValue
    private let copy: FixtureCopy

    static let frames: [JSONValue] = (1...3).map { source(noise(width: 50, height: 34, seed: $0)) }
    static let target: JSONValue = [
      "kind": "logitDiff", "answer": ["id": 172], "baseline": ["id": 3],
    ]

    init() throws {
      copy = try FixtureCopy(of: "models/onevision")
      try copy.remove("chat_template.json")
      for name in ["chat_template.json", "video_preprocessor_config.json"] {
        try FileManager.default.copyItem(
          atPath: Fixtures.path("videos/\(name)"), toPath: "\(copy.path)/\(name)")
      }
      client = try KernelClient()
      try client.ask("model/load", ["path": .string(copy.path), "precision": "float32"])
      let folder = "\(copy.path)/layers.0"
      try RandomAutoencoder.write(width: 36, latents: 60, to: folder)
      sae = try #require(try client.ask("sae/load", ["path": .string(folder)])["sae"])
      opened = try client.ask("context/open", ["parts": Self.parts(Self.frames)])
      context = try #require(opened["context"])
    }

    static func parts(_ frames: [JSONValue]) -> JSONValue {
      [
        ["id": "film", "video": ["frames": .array(frames)]],
        ["id": "question", "text": "what is in it?"],
      ]
    }

    func asked(_ others: [String: JSONValue]) -> JSONValue {
      var members = JSONObject()
      (members["context"], members["sae"], members["target"]) = (context, sae, Self.target)
      for (name, value) in others { members[name] = value }
      return .object(members)
    }
  }

  private static func noise(width: Int, height: Int, seed: Int) -> Picture? {
    var state = UInt32(truncatingIfNeeded: seed &* 2_654_435_761)
    let bytes = (0..<width * height * 3).map { _ -> UInt8 in
      state ^= state << 13
      state ^= state >> 17
      state ^= state << 5
      return UInt8(truncatingIfNeeded: state >> 11)
    }
    return try? Picture(width: width, height: height, pixels: bytes)
  }

  private static func source(_ picture: Picture?) -> JSONValue {
    let bytes = (picture.flatMap { try? PNGEncoder.data($0) }) ?? []
    return ["base64": .string(Data(bytes).base64EncodedString())]
  }

  @Test func framesAreViewsOfTheirOwnPixels() throws {
    let scene = try Scene()
    let image = try #require(scene.opened["images"]?.elements.first)
    #expect(image["part"] == "film" && image["width"] == 50 && image["height"] == 34)
    let views = image["views"]?.elements ?? []
    #expect(views.map { $0["name"] } == ["frame1", "frame2", "frame3"])
    let start = try #require(views[0]["first"]?.integerValue)
    #expect(views.map { $0["first"]?.integerValue } == [start, start + 4, start + 8])
    let told = try scene.client.ask("context/tokens", ["context": scene.context])
    let tokens = try #require(told["tokens"]?.elements)
    #expect(tokens[Int(start) + 5]["view"] == "frame2" && tokens[Int(start) + 5]["image"] == 0)
    // The second of three patches of 14 in 46 pixels, and what it is interpolated with.
    let box = tokens[Int(start) + 5]["box"]?.elements.compactMap(\.double) ?? []
    let expected = [14.0 / 46 * 50, 0, 42.0 / 46 * 50, 28.0 / 46 * 34]
    #expect(zip(box, expected).allSatisfy { abs($0 - $1) < 1e-9 } && box.count == 4, "\(box)")
    #expect(tokens[Int(start) + 12]["box"] == nil && tokens[Int(start) + 12]["image"] == 0)
  }

  @Test func aFrameIsAskedAboutDrawnAndChanged() throws {
    let scene = try Scene()
    let region: JSONValue = ["image": 0, "view": "frame2"]
    let found = try scene.client.ask(
      "attribution/compute",
      scene.asked([
        "method": "gradient", "topK": 1_000, "region": region, "render": ["image": "patches"],
      ]))
    let views = try #require(scene.opened["images"]?.elements.first)["views"]?.elements ?? []
    let first = try #require(views[1]["first"]?.integerValue)
    let items = found["items"]?.elements ?? []
    #expect(!items.isEmpty)
    for item in items {
      #expect((first..<first + 4).contains(try #require(item["position"]?.integerValue)))
    }
    let drawing = try #require(found["renderings"]?.elements.first)
    #expect(drawing["name"] == "film")
    let png = try #require(Data(base64Encoded: drawing["base64"]?.stringValue ?? ""))
    let picture = try PictureDecoder().picture(from: Array(png))
    // Three frames beside each other.
    #expect(picture.width > 3 * 256 && picture.height > 256)
    let item = try #require(items.first)
    let zero: JSONValue = ["feature": item["feature"] ?? .null, "op": "zero", "at": [region]]
    let ablated = try scene.client.ask(
      "ablation/run", scene.asked(["interventions": [zero], "targets": [Scene.target]]))
    let values = try #require(ablated["targets"]?.elements.first)
    #expect(values["before"] != values["after"])
  }

  /// Hiding a frame is opening the video with that frame painted in its mean colour.
  @Test func aFrameIsHiddenByItself() throws {
    let scene = try Scene()
    let regions: JSONValue = [
      ["name": "second", "region": ["image": 0, "view": "frame2"]],
      ["name": "all", "region": ["part": "film"]],
    ]
    let found = try scene.client.ask(
      "attribution/compute",
      scene.asked([
        "method": "gradient", "topK": 1,
        "parts": ["method": "occlusion", "regions": regions],
      ]))
    let shares = (found["byPart"]?.elements ?? []).map { $0["score"]?.double ?? .nan }
    func value(_ context: JSONValue) throws -> Double {
      let found = try scene.client.ask(
        "ablation/run",
        [
          "context": context, "sae": scene.sae, "interventions": [], "targets": [Scene.target],
        ])
      return try #require(found["targets"]?.elements.first?["before"]?.double)
    }
    func painted(_ hidden: Set<Int>) throws -> Double {
      let frames = try (1...3).map { seed -> JSONValue in
        let frame = try #require(Self.noise(width: 50, height: 34, seed: seed))
        let all = PixelBox(left: 0, top: 0, right: 50, bottom: 34)
        return Self.source(
          hidden.contains(seed) ? frame.painted(all, frame.meanColor) : frame)
      }
      let other = try scene.client.ask("context/open", ["parts": Scene.parts(frames)])
      return try value(other["context"] ?? .null)
    }
    let plain = try value(scene.context)
    for (share, hidden) in zip(shares, [[2], [1, 2, 3]] as [Set<Int>]) {
      let fall = plain - (try painted(hidden))
      #expect(abs(share - fall) <= 1e-5 * max(1, abs(fall)), "\(hidden)")
    }
    #expect(shares.count == 2)
  }

  /// The same video in two contexts: nothing of it is in one of them alone, the newline behind it
  /// included.
  @Test func aVideoComparedWithItselfDiffersInNothing() throws {
    let scene = try Scene()
    let other = try scene.client.ask("context/open", ["parts": Scene.parts(Scene.frames)])
    let found = try scene.client.ask(
      "attribution/compare", scene.asked(["other": other["context"] ?? nil, "topK": 4]))
    #expect(found["difference"]?.double == 0)
    #expect(found["aligned"]?["onlyInContext"] == 0)
    #expect(found["aligned"]?["onlyInOther"] == 0)
    #expect(found["aligned"]?["pairs"] == scene.opened["tokenCount"])
    #expect(found["together"]?["intoContext"]?.double == 0)
  }

  @Test func aSessionKeepsFrames() throws {
    let scene = try Scene()
    let saved = try scene.client.ask("session/save", [:])
    let session = try #require(saved["session"])
    #expect(session["pictures"]?.elements.count == 3)
    try scene.client.ask("context/close", ["context": scene.context])
    let opened = try scene.client.ask("session/open", ["session": session])
    let context = try #require(opened["contexts"]?.elements.first)
    #expect(context["sameTokens"] == true)
    #expect(
      context["images"]?.elements.first?["views"]
        == scene.opened["images"]?.elements.first?["views"])
  }

  @Test func whatIsNoVideoIsRefused() throws {
    let scene = try Scene()
    let other = Self.source(Self.noise(width: 34, height: 50, seed: 9))
    for (video, words) in [
      (["frames": [Scene.frames[0], other]] as JSONValue, "frame 2 of 34 by 50 pixels"),
      (["frames": []], "one or more"), (["frames": "film.mp4"], "expected array"),
      (
        ["frames": .array([JSONValue](repeating: Scene.frames[0], count: 513))],
        "513 frames, expected 1 to 512"
      ),
      (["path": "/film.mp4"], "frames"),
    ] {
      let refusal = try scene.client.refusal("context/open", ["parts": [["video": video]]])
      #expect(refusal.message.contains(words), "\(refusal.message)")
    }
    let both = try scene.client.refusal(
      "context/open", ["parts": [["text": "x", "video": ["frames": .array(Scene.frames)]]]])
    #expect(both.message.contains("one of"))
    let session = try OpenSession()
    let blind = try session.client.refusal("context/open", ["parts": Scene.parts(Scene.frames)])
    #expect(blind.kind == "unsupportedTarget" && blind.message.contains("sees none"))
  }
}
