import Checkpoints
import Images
import Models
import Tensors
import TestSupport
import Testing
import Tokenization

@Suite struct PromptTests {
  private func model(_ name: String) throws -> Model {
    try Model(
      folder: Fixtures.path("models/\(name)"), precision: .float32,
      team: ThreadTeam(threadCount: 1))
  }

  private func picture(width: Int = 50, height: Int = 30) throws -> Picture {
    try Picture(
      width: width, height: height,
      pixels: (0..<width * height * 3).map { UInt8($0 * 7 % 251) })
  }

  @Test func aTextThatSpellsTheImageTokenIsRefused() throws {
    let model = try model("llama3")
    #expect(throws: ModelError.textHoldsImageToken(part: 1, token: "<image>")) {
      try model.prompt([.text("Hi"), .text("What is <image>?")], template: .plain)
    }
    #expect(throws: ModelError.self) {
      try model.prompt([.text("<ima"), .text("ge>")], template: .plain)
    }
  }

  @Test func aTextModelRefusesPictures() throws {
    let model = try model("qwen2-text")
    #expect(throws: ModelError.picturesNotSupported(model: model.folder)) {
      try model.prompt([.picture(picture())], template: .plain)
    }
  }

  @Test func anEmptyPromptIsRefused() throws {
    #expect(throws: ModelError.emptyPrompt) {
      try model("qwen2-text").prompt([], template: .plain)
    }
    // Llama's has its beginning-of-text token.
    #expect(try model("llama3").prompt([], template: .plain).tokens == [330])
  }

  @Test func aHundredThousandTokensAreRefusedBeforeTheyAreRead() throws {
    let model = try model("llama3")
    for count in [600, 100_000, 1_000_000] {
      do {
        _ = try model.prompt(
          [.text(String(repeating: "map ", count: count))], template: .plain)
        Issue.record("\(count) words were taken")
      } catch ModelError.promptTooLong(let tokens, let limit) {
        #expect(limit == 512 && tokens > 512)
      }
    }
  }

  @Test func tooManyPicturesAreRefusedBeforeTheyAreResized() throws {
    let model = try model("llama3")
    let parts = try Array(repeating: PromptPart.picture(picture()), count: 30)
    #expect(throws: ModelError.self) { try model.prompt(parts, template: .plain) }
  }

  @Test func theBeginningTokenIsThereOnce() throws {
    let model = try model("llama3")
    let plain = try model.prompt([.text("Hi")], template: .plain)
    let written = try model.prompt([.text("<|begin_of_text|>Hi")], template: .plain)
    #expect(plain.tokens.filter { $0 == 330 }.count == 1)
    #expect(plain.tokens == written.tokens)
  }

  @Test func adjoiningTextsShareNoToken() throws {
    let model = try model("llama3")
    let texts = ["The squ", "are is red and", " the circle is", "", " blue."]
    let prompt = try model.prompt(texts.map { .text($0) }, template: .plain)
    #expect(prompt.tokens == (try model.tokenizer.encode(texts.joined(), addSpecialTokens: true)))
    var end = 1
    for span in prompt.partSpans where !span.isEmpty {
      #expect(span.lowerBound == end)
      end = span.upperBound
    }
    #expect(end == prompt.tokens.count)
    #expect(prompt.partSpans[3].isEmpty)
    #expect(prompt.part(at: 0) == nil && prompt.part(at: 1) == 0)
    let second = prompt.tokens[prompt.partSpans[2]]
    #expect(model.tokenizer.decode(Array(second), skipSpecialTokens: false) == texts[2])
  }

  @Test func partsAreFoundInTextThatTheTokenizerNormalises() throws {
    let model = try model("qwen2-text")
    // Qwen2's normaliser composes e and the accent: offsets no longer match the text given.
    let prompt = try model.prompt(
      [.text("Cafe\u{301} au lait:"), .text(" two houses"), .text(" e\u{301}")], template: .plain)
    let found = prompt.partSpans.map {
      model.tokenizer.decode(Array(prompt.tokens[$0]), skipSpecialTokens: false)
    }
    #expect(found == ["Caf\u{E9} au lait:", " two houses", " \u{E9}"])
  }

  /// Up to there the frequencies are the plain ones, whatever the length; beyond they would be
  /// others for each length.
  @Test func dynamicRopeEndsWhereItsFrequenciesWouldChange() throws {
    let model = try model("llama-dynamic-text")
    #expect(model.decoder.contextLength == 96)
    let words = Array(repeating: "tree", count: 300).joined(separator: " ")
    let error = #expect(throws: ModelError.self) {
      try model.prompt([.text(words)], template: .plain)
    }
    guard case .promptTooLong(_, limit: 96) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func aPicturesTokensKnowTheirViews() throws {
    let model = try model("llama3")
    let prompt = try model.prompt(
      [
        .text("Look:"), .picture(picture()), .text("and"), .picture(picture(width: 20, height: 90)),
      ],
      template: .plain)
    #expect(prompt.images.map(\.part) == [1, 3])
    for (index, image) in prompt.images.enumerated() {
      #expect(image.span == prompt.partSpans[image.part])
      let base = try #require(image.span(ofView: "base"))
      let tiles = try #require(image.span(ofView: "tiles"))
      #expect(base.count == 9 && tiles.lowerBound == base.upperBound)
      #expect(tiles.upperBound == image.span.upperBound)
      #expect(image.span(ofView: "thumbnail") == nil)
      #expect(prompt.tokens[image.span].allSatisfy { $0 == 335 })
      #expect(prompt.image(at: image.span.lowerBound) == index)
    }
    #expect(prompt.image(at: 0) == nil)
  }

  @Test func paintingAPatchChangesOnlyTheTokensThatSeeIt() throws {
    // The tower's attention spreads a change everywhere; what it is given stays local.
    let model = try model("llama3")
    let plain = try Picture(
      width: 84, height: 84, pixels: Array(repeating: 200, count: 84 * 84 * 3))
    var pixels = plain.pixels
    for y in 60..<64 { for x in 10..<14 { pixels[(y * 84 + x) * 3] = 0 } }
    let painted = try Picture(width: 84, height: 84, pixels: pixels)
    let images = try [plain, painted].map {
      try model.prompt([.picture($0)], template: .plain).images[0]
    }
    let layout = images[0].layout
    let tiles = try #require(layout.view(named: "tiles"))
    let touched = layout.tokens(
      of: tiles, touching: PixelBox(left: 10, top: 60, right: 14, bottom: 64))
    #expect(!touched.isEmpty)
    for token in touched { #expect(try changes(images, token: token)) }
    let far = layout.tokens(
      of: tiles, touching: PixelBox(left: 50, top: 0, right: 84, bottom: 30))
    for token in far { #expect(try !changes(images, token: token)) }
  }

  /// Whether the pixels under a canvas token differ between two pictures.
  private func changes(_ images: [PromptImage], token: Int) throws -> Bool {
    let layout = images[0].layout
    guard let cell = layout.view(named: "tiles")?.cell(ofToken: token),
      let view = layout.view(named: "tiles")
    else { return false }
    // Tiles of 42 pixels, 3 patches of 14 a side, on the canvas that suits the picture.
    let rule = TilingRule(
      tileSide: 42, patchSide: 14,
      pinpoints: [(1, 2), (2, 1), (2, 2), (3, 1), (1, 3)].map {
        ImageSize(height: 42 * $0, width: 42 * $1)
      })
    let geometry = try rule.geometry(
      pictureWidth: layout.pictureWidth, pictureHeight: layout.pictureHeight)
    let (row, column) = (view.rowAxis.first + cell.row, view.columnAxis.first + cell.column)
    let tile = 1 + row / 3 * (geometry.tiling?.tileColumns ?? 1) + column / 3
    let patches = images.map { image in
      (0..<14).flatMap { y in
        let start = (row % 3 * 14 + y) * 42 + column % 3 * 14
        let values = Array(image.tiles[tile: tile])
        return Array(values[start..<start + 14])
      }
    }
    return patches[0] != patches[1]
  }
}
