import Checkpoints
import Foundation
import Images
import Models
import Tensors
import TestSupport
import Testing
import Tokenization

/// Gemma 3's files and pictures as transformers takes them (Tests/Fixtures/make/gemma3.py).
@Suite struct Gemma3Tests {
  struct Sample: Decodable {
    struct Expected: Decodable {
      struct Layer: Decodable {
        let window: Int?
        let rotary: String
      }
      let vocabularySize, hiddenSize, intermediateSize, headCount, keyValueHeadCount: Int
      let headSize, contextLength: Int
      let normEpsilon, attentionScale: Double
      let attentionBias, tiedHead: Bool
      let beginToken: Int
      let endTokens: [Int]
      let layers: [Layer]
      let frequencies: [String: [Double]]
      let vision: Vision?
    }

    struct Vision: Decodable {
      let hiddenSize, intermediateSize, layerCount, headCount, imageSize, patchSize: Int
      let normEpsilon: Double
      let tokensPerSide, imageToken, beginToken, endToken: Int
    }

    let expected: Expected
  }

  static let names: [String] = {
    let known = try? Fixtures.json("gemma3/configurations.json", as: [String: Sample].self)
    return (known ?? [:]).keys.sorted()
  }()

  @Test func thereAreConfigurations() { #expect(Self.names.count == 11) }

  @Test(arguments: names)
  func readsWhatTransformersReads(_ name: String) throws {
    let bytes = Data(try Fixtures.bytes("gemma3/configurations.json"))
    let samples = try #require(
      JSONSerialization.jsonObject(with: bytes) as? [String: [String: Any]])
    let folder = try TemporaryFolder()
    try folder.write(
      JSONSerialization.data(withJSONObject: try #require(samples[name]?["config"])),
      "config.json")
    let expected = try #require(
      JSONDecoder().decode([String: Sample].self, from: bytes)[name]
    ).expected
    let family = try ModelFamilies.read(folder: folder.path)
    check(family.text, expected)
    let seeing = (family as? Gemma3Family)?.configuration
    #expect((seeing == nil) == (expected.vision == nil))
    if let seeing, let vision = expected.vision { check(seeing, vision) }
  }

  private func check(_ configuration: TextConfiguration, _ expected: Sample.Expected) {
    let text = configuration.decoder
    #expect(text.vocabularySize == expected.vocabularySize)
    #expect(text.hiddenSize == expected.hiddenSize)
    #expect(text.intermediateSize == expected.intermediateSize)
    #expect(text.headCount == expected.headCount)
    #expect(text.keyValueHeadCount == expected.keyValueHeadCount)
    #expect(text.headSize == expected.headSize)
    #expect(text.contextLength == expected.contextLength)
    #expect(text.norms.epsilon == expected.normEpsilon)
    #expect(text.attentionScale.map { abs($0 - expected.attentionScale) < 1e-12 } == true)
    #expect(text.biases.queriesKeysAndValues == expected.attentionBias)
    #expect(text.biases.attentionOutput == expected.attentionBias)
    #expect(text.tiedHead == expected.tiedHead)
    #expect(text.scalesEmbeddings && text.gate == .geluTanh)
    #expect(text.norms.areOnQueriesAndKeys && text.norms.areOnUpdates && text.norms.addOne)
    #expect(configuration.beginToken == expected.beginToken)
    #expect(configuration.endTokens == expected.endTokens)
    #expect(text.layers.map(\.window) == expected.layers.map(\.window))
    for (layer, known) in zip(text.layers, expected.layers) {
      let found = layer.rotary.inverseFrequencies(headSize: text.headSize)
      let frequencies = expected.frequencies[known.rotary] ?? []
      #expect(found.count == frequencies.count)
      // Powers of float32 differ by a unit in the last place or two between libraries.
      for (a, b) in zip(found, frequencies) { #expect(abs(Double(a) - b) <= 5e-7 * b) }
    }
  }

  private func check(_ configuration: Gemma3Configuration, _ expected: Sample.Vision) {
    let vision = configuration.vision
    #expect(vision.hiddenSize == expected.hiddenSize)
    #expect(vision.intermediateSize == expected.intermediateSize)
    #expect(vision.layerCount == expected.layerCount && vision.headCount == expected.headCount)
    #expect(vision.imageSize == expected.imageSize && vision.patchSize == expected.patchSize)
    #expect(vision.normEpsilon == expected.normEpsilon && vision.kind == .siglip)
    #expect(configuration.tokensPerSide == expected.tokensPerSide)
    #expect(configuration.imageToken == expected.imageToken)
    #expect(configuration.beginToken == expected.beginToken)
    #expect(configuration.endToken == expected.endToken)
  }

  // MARK: Pictures

  struct Crops: Decodable {
    struct Picture: Decodable {
      let width, height: Int
      let crops: [[Int]]

      init(from decoder: any Swift.Decoder) throws {
        var values = try decoder.unkeyedContainer()
        width = try values.decode(Int.self)
        height = try values.decode(Int.self)
        crops = try values.decode([[Int]].self)
      }
    }
    let minimumCropSide, maximumCropCount: Int
    let minimumRatio: Double
    let pictures: [Picture]
  }

  @Test func cropsAreThoseOfTransformers() throws {
    let cases = try Fixtures.json("gemma3/crops.json", as: [Crops].self)
    #expect(cases.count == 4)
    for known in cases {
      let rule = PanAndScan(
        minimumCropSide: known.minimumCropSide, maximumCropCount: known.maximumCropCount,
        minimumRatio: known.minimumRatio)
      for picture in known.pictures {
        let found = rule.crops(width: picture.width, height: picture.height).map {
          [$0.columns.lowerBound, $0.rows.lowerBound, $0.columns.upperBound, $0.rows.upperBound]
        }
        #expect(found == picture.crops, "\(picture.width) by \(picture.height) of \(rule)")
      }
    }
  }

  struct Painting: Decodable {
    struct View: Decodable { let columns, rows: [[Int]] }
    let width, height, tile, patch, tokensPerSide: Int
    let panAndScan: [Double]?
    let views: [View]
  }

  /// Paint within a token's box changes the token; paint that changes it lies within its box or as
  /// far from it as resampling looks, a pixel of the smaller picture to each side.
  @Test func paintInATokensBoxChangesThatToken() throws {
    let paintings = try Fixtures.json("gemma3/paintings.json", as: [Painting].self)
    #expect(paintings.count == 5)
    for known in paintings {
      let layout = try self.layout(known)(width: known.width, height: known.height)
      #expect(layout.views.count == known.views.count)
      for (index, (view, painted)) in zip(layout.views, known.views).enumerated() {
        #expect(view.rows == known.tokensPerSide && view.columns == known.tokensPerSide)
        for token in view.tokens {
          let cell = try #require(layout.cell(ofToken: token))
          #expect(cell.view == index)
          let box = try #require(layout.box(ofToken: token))
          let (columns, rows) = (painted.columns[cell.column], painted.rows[cell.row])
          let seen = view.region
          let scale = try #require(seen)
          let reach =
            (
              max((scale.right - scale.left) / Double(known.tile), 1) + 1,
              max((scale.bottom - scale.top) / Double(known.tile), 1) + 1
            )
          check(box.left, box.right, columns, reach: reach.0)
          check(box.top, box.bottom, rows, reach: reach.1)
        }
      }
    }
  }

  /// Whole pixels of start..<end are among the lines that change something, and those are not far.
  private func check(_ start: Double, _ end: Double, _ lines: [Int], reach: Double) {
    let first = Int(start.rounded(.up))
    let last = Int(end.rounded(.down)) - 1
    if first <= last {
      #expect(lines[0] <= first && lines[1] >= last, "\(start)..<\(end) \(lines)")
    }
    #expect(Double(lines[0]) >= start - reach - 1, "\(start)..<\(end) \(lines)")
    #expect(Double(lines[1]) <= end + reach, "\(start)..<\(end) \(lines)")
  }

  private func layout(_ known: Painting) -> Gemma3Layout {
    let grid = known.tile / known.patch
    return Gemma3Layout(
      tokensPerSide: known.tokensPerSide,
      seenShare: Double(grid * known.patch) / Double(known.tile),
      panAndScan: known.panAndScan.map {
        PanAndScan(
          minimumCropSide: Int($0[0]), maximumCropCount: Int($0[1]), minimumRatio: $0[2])
      },
      tokensBehindBase: 5, tokensBetweenCrops: 3)
  }

  /// Words between views are no view's; their tokens have no pixels.
  @Test func viewsLieApart() throws {
    let layout = Gemma3Layout(
      tokensPerSide: 3, seenShare: 1,
      panAndScan: PanAndScan(minimumCropSide: 20, maximumCropCount: 3, minimumRatio: 1.2),
      tokensBehindBase: 5, tokensBetweenCrops: 2)
    let picture = try layout(width: 150, height: 37)
    #expect(picture.views.map(\.name) == ["base", "crop1", "crop2", "crop3"])
    #expect(layout.viewNames == ["base", "crop1", "crop2", "crop3"])
    #expect(picture.views.map(\.tokens) == [0..<9, 14..<23, 25..<34, 36..<45])
    #expect(picture.tokenCount == 45)
    for token in [9, 13, 23, 24, 34, 35, 45] { #expect(picture.cell(ofToken: token) == nil) }
    #expect(picture.box(ofToken: 14)?.left == 0 && picture.box(ofToken: 44)?.right == 150)
    #expect(throws: ImageError.empty(width: 0, height: 5)) { try layout(width: 0, height: 5) }
  }

  // MARK: Errors

  @Test(arguments: [
    (#""mm_tokens_per_image":15"#, "mm_tokens_per_image"),
    (#""mm_tokens_per_image":0"#, "mm_tokens_per_image"),
    (#""mm_tokens_per_image":25"#, "mm_tokens_per_image"),
    (#""image_token_index":400"#, "image_token_index"),
    (#""boi_token_index":-1"#, "boi_token"), (#""eoi_token_index":4000"#, "eoi_token_index"),
    (#""vision_config":{"model_type":"clip_vision_model"}"#, "vision_config.model_type"),
    (#""vision_config":{"patch_size":59,"image_size":58}"#, "vision_config.patch_size"),
    (#""vision_config":{"image_size":0}"#, "vision_config.image_size"),
    (#""vision_config":{"num_channels":1}"#, "vision_config.num_channels"),
    (#""vision_config":7"#, "vision_config"),
    (#""text_config":{"model_type":"llama"}"#, "text_config.model_type"),
    (#""text_config":{"sliding_window":0}"#, "text_config.sliding_window"),
    (#""text_config":{"layer_types":[]}"#, "text_config.layer_types"),
    (
      #""text_config":{"query_pre_attn_scalar":1e308}"#, "text_config.query_pre_attn_scalar"
    ),
    (#""text_config":{"rms_norm_eps":1e-300}"#, "text_config.rms_norm_eps"),
    (#""boi_token_index":9"#, "another token than image_token_index"),
    (#""eoi_token_index":7"#, "another token than boi_token_index"),
  ])
  func namesWhatIsWrongInAConfiguration(_ json: String, _ key: String) throws {
    let folder = try TemporaryFolder()
    let small = #""vocab_size":400,"num_hidden_layers":2"#
    let rest = [
      #""mm_tokens_per_image":16"#, #""image_token_index":9"#, #""boi_token_index":7"#,
      #""eoi_token_index":8"#, #""text_config":{\#(small)}"#,
      #""vision_config":{"image_size":58,"patch_size":7}"#,
    ].filter { $0.prefix { $0 != ":" } != json.prefix { $0 != ":" } }
    let members = ([json] + rest).joined(separator: ",")
    try folder.write("{\"model_type\":\"gemma3\",\(members)}".utf8, "config.json")
    let error = #expect(throws: CheckpointError.self) {
      try ModelFamilies.read(folder: folder.path)
    }
    #expect(try #require(error).description.contains(key), "\(String(describing: error))")
  }

  /// A checkpoint with one file changed.
  private func load(
    _ checkpoint: String, _ file: String, _ change: (inout [String: Any]) -> Void
  ) throws -> Model {
    let folder = try TemporaryFolder()
    let source = Fixtures.path("models/\(checkpoint)")
    for name in try FileManager.default.contentsOfDirectory(atPath: source) where name != file {
      try FileManager.default.createSymbolicLink(
        atPath: "\(folder.path)/\(name)", withDestinationPath: "\(source)/\(name)")
    }
    let bytes = try Data(contentsOf: URL(filePath: "\(source)/\(file)"))
    var object = try #require(JSONSerialization.jsonObject(with: bytes) as? [String: Any])
    change(&object)
    try folder.write(JSONSerialization.data(withJSONObject: object), file)
    return try Model(
      folder: folder.path, precision: .float32, team: ThreadTeam(threadCount: 1))
  }

  @Test func namesFilesThatDisagree() throws {
    #expect(
      throws: ModelError.inconsistent(
        what: "the processor's size", found: "56", expected: "vision_config.image_size 58")
    ) {
      try load("gemma3", "preprocessor_config.json") {
        $0["size"] = ["height": 56, "width": 56]
      }
    }
    #expect(
      throws: ModelError.inconsistent(
        what: "the processor's image_seq_length", found: "256", expected: "mm_tokens_per_image 16")
    ) { try load("gemma3", "processor_config.json") { $0["image_seq_length"] = 256 } }
    #expect(throws: CheckpointError.self) {
      try load("gemma3-pan", "processor_config.json") {
        var image = $0["image_processor"] as? [String: Any] ?? [:]
        image["pan_and_scan_min_crop_size"] = 1
        $0["image_processor"] = image
      }
    }
    // A token of the model's own vocabulary is no text that a tokenizer finds.
    let error = #expect(throws: ModelError.self) {
      try load("gemma3", "config.json") { $0["boi_token_index"] = 100 }
    }
    #expect(try #require(error).description.contains("boi_token_index, an added token"))
  }

  @Test func pansOnlyWhereTheFilesSaySo() throws {
    let picture = try Picture(
      width: 150, height: 37, pixels: Array(repeating: 90, count: 150 * 37 * 3))
    let plain = try load("gemma3-pan", "generation_config.json") { _ in }
    #expect(try plain.prompt([.picture(picture)]).images.first?.layout.views.count == 4)
    let without = try load("gemma3-pan", "processor_config.json") {
      var image = $0["image_processor"] as? [String: Any] ?? [:]
      image["do_pan_and_scan"] = NSNull()
      $0["image_processor"] = image
    }
    let prompt = try without.prompt([.picture(picture), .text("What?")])
    #expect(prompt.images.first?.layout.views.map(\.name) == ["base"])
    #expect(without.pictures?.viewNames == ["base"])
  }

  @Test func missingNormsAreNamed() throws {
    for name in [
      "model.layers.1.post_feedforward_layernorm.weight",
      "model.layers.0.pre_feedforward_layernorm.weight", "model.layers.2.self_attn.q_norm.weight",
    ] {
      let folder = try TemporaryFolder()
      let source = Fixtures.path("models/gemma3-text")
      for file in try FileManager.default.contentsOfDirectory(atPath: source)
      where file != "model.safetensors" {
        try FileManager.default.createSymbolicLink(
          atPath: "\(folder.path)/\(file)", withDestinationPath: "\(source)/\(file)")
      }
      // Another name of the same length leaves the rest of the file as it is.
      var bytes = Data(try Fixtures.bytes("models/gemma3-text/model.safetensors"))
      let place = try #require(bytes.range(of: Data("\"\(name)\"".utf8)))
      bytes[place.lowerBound + 1] = UInt8(ascii: "x")
      try folder.write(bytes, "model.safetensors")
      let error = #expect(throws: CheckpointError.self) {
        try Model(folder: folder.path, precision: .float32, team: ThreadTeam(threadCount: 1))
      }
      let wanted = "language_model.\(name.dropFirst("model.".count))"
      #expect(try #require(error).description.contains(wanted))
    }
  }

  /// The text models of the family share the tokenizer of those that see.
  @Test func aPicturesTokenNeedsNoRowInATextModel() throws {
    let model = try ReferenceCase.named("gemma3-pattern-text", "text").model()
    let rows = model.decoder.vocabularySize
    #expect(model.tokenizer.id(ofToken: "<image_soft_token>") == rows)
    #expect(throws: ModelError.tokenOutOfRange(token: rows, vocabulary: rows)) {
      try model.prompt([.text("x<image_soft_token>y")])
    }
    #expect(
      throws: ModelError.inconsistent(
        what: "the highest token of tokenizer.json", found: "\(rows - 1)",
        expected: "below vocab_size \(rows - 1), a row of the embeddings")
    ) { try load("gemma3-pattern-text", "config.json") { $0["vocab_size"] = rows - 1 } }
  }

  @Test func textsMayNotStandForPictures() throws {
    let model = try ReferenceCase.named("gemma3", "text").model()
    for token in ["<start_of_image>", "<image_soft_token>"] {
      #expect(throws: ModelError.textHoldsImageToken(part: 0, token: token)) {
        try model.prompt([.text("x\(token)y")])
      }
    }
  }

  /// Its template takes a system's message for its first text alone: transformers fails on a
  /// picture in the first place, and shows none behind it.
  @Test func aPictureInASystemsTurnIsRefusedByItsRole() throws {
    let model = try ReferenceCase.named("gemma3", "text").model()
    let picture = try pattern(width: 40, height: 40, seed: 1)
    let (seen, said) = (
      PromptPart.picture(picture, role: "system"), PromptPart.text("Be brief.", role: "system")
    )
    for parts in [[seen, said], [seen]] {
      let error = #expect(throws: ModelError.self) { try model.prompt(parts + [.text("Hi")]) }
      #expect("\(try #require(error))".contains("cannot show a picture in a turn of system"))
    }
    #expect(
      throws: ModelError.picturesLeftOut(
        token: "<start_of_image>", found: 0, expected: 1, roles: ["system"])
    ) { try model.prompt([said, seen, .text("Hi")]) }
  }

  // MARK: Spans

  @Test func spansSayWhereARunMayBegin() {
    let spans = BidirectionalSpans([3..<7, 7..<9, 12..<13])
    #expect((0...14).map(spans.start(of:)) == [0, 1, 2, 3, 3, 3, 3, 7, 7, 9, 10, 11, 12, 13, 14])
    #expect((0...14).map(spans.end(of:)) == [0, 1, 2, 3, 7, 7, 7, 7, 9, 9, 10, 11, 12, 13, 14])
    #expect(BidirectionalSpans.none.start(of: 5) == 5)
  }
}
