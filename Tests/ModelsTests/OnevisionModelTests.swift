import Checkpoints
import Images
import Models
import Tensors
import TestSupport
import Testing

/// Which pixels LLaVA-OneVision's tokens are made of, and which checkpoints of it are refused.
@Suite struct OnevisionModelTests {
  private func load(_ copy: FixtureCopy) throws -> Model {
    try Model(
      folder: copy.path, precision: .float32, team: ThreadTeam(threadCount: 1), resizing: .pillow)
  }

  /// A tower without layers: a patch's feature is a function of its own pixels alone.
  private func blindTower() throws -> Model {
    let copy = try FixtureCopy(of: "models/onevision")
    try copy.edit(
      "config.json", replacing: "\"vision_feature_layer\": -1",
      with: "\"vision_feature_layer\": 0")
    return try load(copy)
  }

  /// Paints pixels one by one: the tokens that change are those whose boxes hold the pixel, and
  /// none for a pixel in the rest of a tile that no patch covers, where a box may reach across it.
  ///
  /// - Parameter top: rows of padding above the picture on its canvas or square, of tiles of 46
  ///   pixels of which patches cover 42.
  private func check(
    _ model: Model, _ picture: Picture, top: Int, view name: String, others: [Picture] = []
  ) throws {
    func prompt(_ first: Picture) throws -> Prompt {
      try model.prompt(([first] + others).map { .picture($0) }, template: .plain)
    }
    func embeddings(_ first: Picture) throws -> Matrix {
      let prompt = try prompt(first)
      var cache = model.makeCache(for: prompt)
      return try model.embeddings(prompt, cache: &cache)
    }
    let plain = try embeddings(picture)
    let layout = try prompt(picture).images[0].layout
    let view = try #require(layout.view(named: name))
    var unseen = 0
    let area = picture.width * picture.height
    for place in stride(from: 0, to: area, by: area / 90 | 1) {
      let (x, y) = (place % picture.width, place / picture.width)
      var pixels = picture.pixels
      pixels[place * 3] ^= 128
      let painted = try embeddings(
        Picture(width: picture.width, height: picture.height, pixels: pixels))
      let changed = view.tokens.filter { painted.row($0) != plain.row($0) }
      let touched = layout.tokens(
        of: view,
        touching: PixelBox(
          left: Double(x), top: Double(y), right: Double(x + 1), bottom: Double(y + 1)))
      let isCovered = x % 46 < 42 && (y + top) % 46 < 42
      #expect(changed == (isCovered ? touched : []), "pixel \(x), \(y)")
      if !isCovered { unseen += 1 }
    }
    #expect(unseen > 0)
  }

  @Test func aCellOfAShrunkCanvasCoversThePatchesItIsMadeOf() throws {
    let model = try blindTower()
    // On a canvas of the picture's own width nothing is scaled: 7 of 9 rows of 12 patches are kept,
    // of which 3 × 5 cells are made.
    let picture = try pattern(width: 184, height: 120, seed: 3)
    let layout = try model.prompt([.picture(picture)], template: .plain).images[0].layout
    #expect((layout.views[1].rows, layout.views[1].columns) == (3, 5))
    #expect(layout.views[1].rowAxis.sources == 7)
    try check(model, picture, top: 9, view: "tiles")
  }

  @Test func aCellOfACanvasThatIsNotShrunkCoversItsPatch() throws {
    let picture = try pattern(width: 92, height: 46, seed: 4)
    try check(blindTower(), picture, top: 0, view: "tiles")
  }

  @Test func aCellOfAPaddedPictureCoversItsPatch() throws {
    let picture = try pattern(width: 46, height: 31, seed: 5)
    try check(
      blindTower(), picture, top: 7, view: "base", others: [pattern(width: 9, height: 9, seed: 6)])
  }

  @Test func onePictureIsCutAndEachOfSeveralIsPadded() throws {
    let model = try load(FixtureCopy(of: "models/onevision"))
    let picture = try pattern(width: 92, height: 46, seed: 4)
    let alone = try model.prompt([.picture(picture)], template: .plain)
    let several = try model.prompt([.picture(picture), .picture(picture)], template: .plain)
    #expect(alone.images.map(\.layout.views.count) == [2])
    #expect(alone.images.map(\.tiles.tileCount) == [3])
    #expect(several.images.map(\.layout.views.count) == [1, 1])
    #expect(several.images.map(\.tiles.tileCount) == [1, 1])
    #expect(several.images.map(\.layout.tokenCount) == [10, 10])
    let replaced = try model.prompt(
      several, replacingPicture: 1, by: [pattern(width: 92, height: 46, seed: 5)])
    #expect(replaced.images[1].tiles.tileCount == 1)
    #expect(replaced.images[1].tiles != several.images[1].tiles)
    #expect(replaced.images[0].tiles == several.images[0].tiles)
  }

  @Test func aTextThatNamesAVideoIsRefused() throws {
    for (name, error) in [
      ("onevision", ModelError.textHoldsVideoToken(part: 1, token: "<video>")),
      ("qwen3vl", .videosNotSupported(part: 1, token: "<|video_pad|>")),
      ("qwen25vl", .videosNotSupported(part: 1, token: "<|video_pad|>")),
    ] {
      let model = try load(FixtureCopy(of: "models/\(name)"))
      let token = name == "onevision" ? "<video>" : "<|video_pad|>"
      #expect(throws: error) {
        try model.prompt([.text("What"), .text("is in \(token)?")], template: .plain)
      }
    }
  }

  @Test(arguments: [
    (
      "processor_config.json", "\"num_image_tokens\": 9", "\"num_image_tokens\": 16",
      "the processor's num_image_tokens"
    ),
    (
      "processor_config.json", "anyres_max_2", "anyres_max_9",
      "the processor's vision_aspect_ratio"
    ),
    (
      "processor_config.json", "\"vision_aspect_ratio\": \"anyres_max_2\"",
      "\"vision_aspect_ratio\": null", "the processor's vision_aspect_ratio"
    ),
    (
      "config.json", "\"vision_feature_select_strategy\": \"full\"",
      "\"vision_feature_select_strategy\": \"default\"", "vision_feature_select_strategy"
    ),
    ("preprocessor_config.json", "184,\n   184", "184,\n   138", "image_grid_pinpoints"),
    ("preprocessor_config.json", "\"height\": 46", "\"height\": 92", "preprocessor_config size"),
    ("model.safetensors", "image_newline", "image_newlane", "image_newline"),
    ("model.safetensors", "patch_embedding.bias", "patch_embedding.bios", "patch_embedding.bias"),
  ])
  func whatDoesNotFitIsNamed(file: String, old: String, new: String, named: String) throws {
    let copy = try FixtureCopy(of: "models/onevision")
    try copy.edit(file, replacing: old, with: new)
    do {
      _ = try load(copy)
      Issue.record("loaded with \(new)")
    } catch { #expect("\(error)".contains(named), "\(error)") }
  }
}
