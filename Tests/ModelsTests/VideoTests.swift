import Checkpoints
import Foundation
import Images
import Models
import Tensors
import TestSupport
import Testing

/// Videos given as frames against transformers (Tests/Fixtures/make/videos.py).
@Suite struct VideoTests {
  struct Reference: Decodable, Sendable {
    enum Part: Decodable, Sendable {
      case text(String)
      case seen(Seen)

      init(from decoder: any Swift.Decoder) throws {
        let value = try decoder.singleValueContainer()
        if let text = try? value.decode(String.self) {
          self = .text(text)
        } else {
          self = .seen(try value.decode(Seen.self))
        }
      }
    }
    struct Seen: Decodable, Sendable {
      let kind: String
      let width: Int
      let height: Int
      let seeds: [UInt32]

      func pictures() throws -> [Picture] {
        try seeds.map { try pattern(width: width, height: height, seed: $0) }
      }
    }
    let parts: [Part]
    let rendered: String
    let tokens: [Int]
    let greedy: [Int]

    func promptParts() throws -> [PromptPart] {
      try parts.map { part in
        switch part {
        case .text(let text): .text(text)
        case .seen(let seen):
          try seen.kind == "video" ? .video(seen.pictures()) : .picture(seen.pictures()[0])
        }
      }
    }
  }

  private static let references = Result {
    try Fixtures.json("videos/cases.json") as [String: Reference]
  }
  private static let tensors = Result { try TensorFixture("videos/expected.safetensors") }
  static let names = ["frames", "tall", "one-frame", "both"]

  /// The tiny checkpoint with the template and the video processor of the fixture.
  static func checkpoint() throws -> FixtureCopy {
    let copy = try FixtureCopy(of: "models/onevision")
    try copy.remove("chat_template.json")
    for name in ["chat_template.json", "video_preprocessor_config.json"] {
      try FileManager.default.copyItem(
        atPath: Fixtures.path("videos/\(name)"), toPath: "\(copy.path)/\(name)")
    }
    return copy
  }

  private static func load(_ copy: FixtureCopy) throws -> Model {
    try Model(
      folder: copy.path, precision: .float32, team: ThreadTeam(threadCount: 1), resizing: .pillow)
  }

  private static func model() throws -> Model { try load(checkpoint()) }

  private func reference(_ name: String) throws -> Reference {
    try #require(try Self.references.get()[name])
  }

  private func tensor(_ name: String) throws -> Matrix { try Self.tensors.get().matrix(name) }

  @Test(arguments: names) func tokensAndPixelsAreThoseOfTransformers(name: String) throws {
    let (model, reference) = (try Self.model(), try reference(name))
    let parts = try reference.promptParts()
    let prompt = try model.prompt(parts)
    #expect(prompt.text == reference.rendered)
    #expect(prompt.tokens == reference.tokens)
    let videos = prompt.images.filter(\.layout.isVideo)
    #expect(videos.count == parts.count { $0.frames != nil })
    for (number, video) in videos.enumerated() {
      let pixels = try tensor("\(name)|pixels.\(number)")
      #expect(video.tiles.tileCount == pixels.rows && video.pictureCount == pixels.rows)
      #expect(video.tiles.values == pixels.values)
      #expect(prompt.partSpans[video.part] == video.span)
      #expect(Set(prompt.tokens[video.span]) == [try #require(model.pictures?.videos).videoToken])
    }
  }

  @Test(arguments: names) func whatTheModelMakesOfFramesIsThatOfTransformers(name: String) throws {
    let (model, reference) = (try Self.model(), try reference(name))
    let prompt = try model.prompt(try reference.promptParts())
    var (cache, tap) = (model.makeCache(for: prompt), SiteTap())
    let x = try model.embeddings(prompt, cache: &cache)
    let bound = DecoderParityTests.bound
    for (number, video) in prompt.images.filter(\.layout.isVideo).enumerated() {
      let features = try tensor("\(name)|features.\(number)")
      #expect(x.slice(rows: video.span).relativeError(to: features) < bound)
    }
    #expect(x.relativeError(to: try tensor("\(name)|states.0")) < bound)
    for part in [x.rows / 3..<x.rows * 2 / 3, 0..<9, 0..<1] {
      var partial = model.makeCache(for: prompt)
      let rows = try model.embeddings(prompt, positions: part, cache: &partial)
      #expect(rows == x.slice(rows: part))
    }
    var state = x
    for block in 0..<model.decoder.blockCount {
      state = try model.decoder.forward(
        state, over: .input(of: block)..<(.output(of: block)), cache: &cache, tap: &tap)
      #expect(state.relativeError(to: try tensor("\(name)|states.\(block + 1)")) < bound)
    }
    let logits = try model.decoder.logits(state)
    #expect(logits.relativeError(to: try tensor("\(name)|logits")) < bound)
    var options = GenerationOptions(maxTokens: reference.greedy.count)
    options.endTokens = []
    let ends = Set(model.generation.endTokens)
    let answer = try model.generate(
      from: logits.row(logits.rows - 1), cache: &cache, options: options)
    #expect(answer.tokens.map(\.id) == Array(reference.greedy.prefix { !ends.contains($0) }))
  }

  /// Paints pixels one by one in one frame: the tokens that change are those of its view whose
  /// boxes hold the pixel, with a tower without layers and frames that are not scaled.
  @Test func aTokenOfAFrameCoversItsPatches() throws {
    let copy = try Self.checkpoint()
    try copy.edit(
      "config.json", replacing: "\"vision_feature_layer\": -1",
      with: "\"vision_feature_layer\": 0")
    let model = try Self.load(copy)
    let frames = try [51, 52, 53].map { try pattern(width: 46, height: 46, seed: $0) }
    func embeddings(_ frames: [Picture]) throws -> (PictureLayout, Matrix) {
      let prompt = try model.prompt([.video(frames)], template: .plain)
      var cache = model.makeCache(for: prompt)
      return (prompt.images[0].layout, try model.embeddings(prompt, cache: &cache))
    }
    let (layout, plain) = try embeddings(frames)
    #expect(layout.views.map(\.name) == ["frame1", "frame2", "frame3"])
    #expect(layout.views.map { [$0.rows, $0.columns] } == [[2, 2], [2, 2], [2, 2]])
    #expect(layout.tokenCount == 13 && layout.cell(ofToken: 12) == nil)
    var seen = 0
    for (index, view) in layout.views.enumerated() {
      #expect(layout.frame(of: view) == index)
      for place in stride(from: index, to: 46 * 46, by: 53) {
        let (x, y) = (place % 46, place / 46)
        var pixels = frames[index].pixels
        pixels[place * 3] ^= 128
        var painted = frames
        painted[index] = try Picture(width: 46, height: 46, pixels: pixels)
        let found = try embeddings(painted).1
        let changed = (0..<layout.tokenCount).filter { found.row($0) != plain.row($0) }
        let touched = layout.tokens(
          of: view,
          touching: PixelBox(
            left: Double(x), top: Double(y), right: Double(x + 1), bottom: Double(y + 1)))
        // Patches cover 42 of 46 pixels.
        #expect(changed == (x < 42 && y < 42 ? touched : []), "frame \(index), pixel \(x), \(y)")
        seen += changed.isEmpty ? 0 : 1
      }
    }
    #expect(seen > 60)
  }

  @Test func otherFramesTakeThePlaceOfAVideosAlone() throws {
    let model = try Self.model()
    let frames = try [1, 2].map { try pattern(width: 30, height: 20, seed: $0) }
    let picture = try pattern(width: 46, height: 46, seed: 3)
    let prompt = try model.prompt([.picture(picture), .video(frames)], template: .plain)
    #expect(prompt.images.map(\.layout.isVideo) == [false, true])
    // One picture beside a video is cut as one alone is.
    #expect(prompt.images[0].layout.views.count == 2)
    let other = try model.prompt(
      prompt, replacingPicture: 1, by: [frames[0], try pattern(width: 30, height: 20, seed: 4)])
    #expect(other.images[1].tiles != prompt.images[1].tiles)
    #expect(other.images[1].tiles[tile: 0] == prompt.images[1].tiles[tile: 0])
    #expect(other.images[0].tiles == prompt.images[0].tiles && other.tokens == prompt.tokens)
  }

  @Test func whatIsNoVideoIsRefusedByName() throws {
    let model = try Self.model()
    let frame = try pattern(width: 8, height: 6, seed: 1)
    for (frames, words) in [
      ([], "has 0 frames, expected 1 to 512"),
      ([Picture](repeating: frame, count: 513), "has 513 frames"),
      ([frame, try pattern(width: 6, height: 8, seed: 1)], "frame 2 of 6 by 8 pixels"),
    ] {
      let error = #expect(throws: ModelError.self) { try model.prompt([.video(frames)]) }
      #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    }
    #expect(throws: ModelError.self) {
      try model.prompt([.video([Picture](repeating: frame, count: 512))])
    }
    // Its own template shows none.
    let blind = try Self.load(FixtureCopy(of: "models/onevision"))
    let error = ModelError.picturesLeftOut(
      token: "<video>", found: 0, expected: 1, roles: ["user"])
    #expect(throws: error) {
      try blind.prompt([.video([frame])])
    }
  }

  @Test(arguments: ["llama3", "gemma3", "qwen3vl", "qwen3-text"])
  func familiesWithoutVideosSaySo(name: String) throws {
    let model = try Self.load(FixtureCopy(of: "models/\(name)"))
    let frame = try pattern(width: 8, height: 6, seed: 1)
    #expect(throws: ModelError.framesNotSupported(part: 1, model: model.folder)) {
      try model.prompt([.text("What falls?"), .video([frame])], template: .plain)
    }
  }

  @Test(arguments: [
    ("\"height\": 46", "\"height\": 45", "width"),
    (
      "\"height\": 46,\n  \"width\": 46", "\"height\": 92,\n  \"width\": 92",
      "video processor's size"
    ),
    ("\"do_resize\": true", "\"do_resize\": false", "do_resize"),
    ("\"resample\": 3", "\"resample\": 1", "resample"),
    ("0.5,\n  0.4,\n  0.3", "0.5,\n  0,\n  0.3", "image_std"),
  ])
  func aVideoProcessorThatDoesNotFitIsNamed(old: String, new: String, named: String) throws {
    let copy = try Self.checkpoint()
    try copy.edit("video_preprocessor_config.json", replacing: old, with: new)
    do {
      _ = try Self.load(copy)
      Issue.record("loaded with \(new)")
    } catch { #expect("\(error)".contains(named), "\(error)") }
  }
}
