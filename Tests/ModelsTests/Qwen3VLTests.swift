import Checkpoints
import Images
import Models
import Tensors
import TestSupport
import Testing

/// What Qwen3-VL has beside the suites that run over all checkpoints: sizes of pictures, their
/// cells, and checkpoints that do not fit.
@Suite struct Qwen3VLTests {
  struct Table: Decodable, Sendable {
    struct Setting: Decodable, Sendable {
      var cell: Int
      var least: Int
      var most: Int
    }

    struct Case: Decodable, Sendable {
      var setting: Int
      var width: Int
      var height: Int
      var size: [Int]?
    }

    var settings: [Setting]
    var cases: [Case]
  }

  private func load(_ copy: FixtureCopy) throws -> Model {
    try Model(
      folder: copy.path, precision: .float32, team: ThreadTeam(threadCount: 1), resizing: .pillow)
  }

  @Test func sizesAreThoseOfTransformers() throws {
    let table = try Fixtures.json("qwen/sizes.json", as: Table.self)
    #expect(table.cases.count == 500)
    for example in table.cases {
      let setting = table.settings[example.setting]
      let rule = PictureSizeRule(cellSide: setting.cell, pixels: setting.least...setting.most)
      guard let expected = example.size else {
        #expect(throws: ImageError.self) {
          try rule.size(width: example.width, height: example.height)
        }
        continue
      }
      let found = try rule.size(width: example.width, height: example.height)
      #expect([found.height, found.width] == expected, "\(example)")
    }
  }

  /// On a picture that is not resized, a painted pixel is seen by the token whose box holds it.
  @Test func aTokenCoversItsPixels() throws {
    let model = try load(FixtureCopy(of: "models/qwen3vl"))
    let picture = try pattern(width: 60, height: 48, seed: 2)
    func tiles(_ picture: Picture) throws -> PictureTiles {
      try model.prompt([.picture(picture)], template: .plain).images[0].tiles
    }
    let plain = try tiles(picture)
    let layout = try model.prompt([.picture(picture)], template: .plain).images[0].layout
    #expect((plain.tileWidth, plain.tileHeight, layout.tokenCount) == (60, 48, 20))
    for place in stride(from: 0, to: 60 * 48, by: 37) {
      var pixels = picture.pixels
      pixels[place * 3] ^= 128
      let painted = try tiles(Picture(width: 60, height: 48, pixels: pixels))
      let changed = painted.values.indices.filter { painted.values[$0] != plain.values[$0] }
      #expect(changed == [place])
      let (y, x) = place.quotientAndRemainder(dividingBy: 60)
      let box = PixelBox(
        left: Double(x), top: Double(y), right: Double(x + 1), bottom: Double(y + 1))
      #expect(layout.tokens(of: layout.views[0], touching: box) == [y / 12 * 5 + x / 12])
    }
  }

  @Test func tooLongAPictureIsRefusedBeforeItIsResized() throws {
    let model = try load(FixtureCopy(of: "models/qwen3vl"))
    #expect(throws: ImageError.self) {
      try model.prompt([.picture(pattern(width: 1, height: 50_000, seed: 1))], template: .plain)
    }
  }

  @Test(arguments: [
    (
      "preprocessor_config.json", "\"patch_size\": 6", "\"patch_size\": 7",
      "the processor's patch_size"
    ),
    (
      "preprocessor_config.json", "\"merge_size\": 2", "\"merge_size\": 3",
      "the processor's merge_size"
    ),
    (
      "preprocessor_config.json", "\"temporal_patch_size\": 2", "\"temporal_patch_size\": 1",
      "the processor's temporal_patch_size"
    ),
    ("preprocessor_config.json", "\"min_pixels\": 576", "\"min_pixels\": 4000", "min_pixels"),
    ("config.json", "\"out_hidden_size\": 36", "\"out_hidden_size\": 40", "out_hidden_size"),
    (
      "config.json", "\"num_position_embeddings\": 25", "\"num_position_embeddings\": 26",
      "num_position_embeddings"
    ),
    (
      "config.json", "\"deepstack_visual_indexes\": [\n      0",
      "\"deepstack_visual_indexes\": [\n      9", "deepstack_visual_indexes"
    ),
    (
      "config.json", "\"mrope_section\": [\n        5", "\"mrope_section\": [\n        6",
      "mrope_section"
    ),
    (
      "config.json", "\"mrope_section\": [\n        5", "\"mrope_section\": [\n        -5",
      "mrope_section"
    ),
    ("config.json", "\"num_heads\": 2", "\"num_heads\": 5", "num_heads"),
    (
      "model.safetensors", "deepstack_merger_list.1.norm.bias", "deepstack_merger_list.1.norm.bios",
      "deepstack_merger_list.1.norm.bias"
    ),
    ("model.safetensors", "visual.pos_embed", "visual.pos_embud", "visual.pos_embed"),
  ])
  func whatDoesNotFitIsNamed(file: String, old: String, new: String, named: String) throws {
    let copy = try FixtureCopy(of: "models/qwen3vl")
    try copy.edit(file, replacing: old, with: new)
    do {
      _ = try load(copy)
      Issue.record("loaded with \(new)")
    } catch { #expect("\(error)".contains(named), "\(error)") }
  }
}
