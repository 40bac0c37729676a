import Checkpoints
import Images
import Models
import Tensors
import TestSupport
import Testing

/// What Qwen2.5-VL has beside the suites that run over all checkpoints: cells of its pictures,
/// patches that see their window alone, and checkpoints that do not fit.
@Suite struct Qwen25VLTests {
  private func load(_ copy: FixtureCopy) throws -> Model {
    try Model(
      folder: copy.path, precision: .float32, team: ThreadTeam(threadCount: 1), resizing: .pillow)
  }

  /// On a picture that is not resized, a painted pixel is seen by the token whose box holds it.
  @Test func aTokenCoversItsPixels() throws {
    let model = try load(FixtureCopy(of: "models/qwen25vl"))
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

  /// Without whole layers a painted pixel changes the tokens of its window, of 3 × 3 cells or what
  /// is left at the edges, and no others: 5 × 4 cells have windows of 3 and 2 by 3 and 1.
  @Test func withoutWholeLayersAWindowSeesItselfAlone() throws {
    let copy = try FixtureCopy(of: "models/qwen25vl")
    try copy.edit(
      "config.json", replacing: "\"fullatt_block_indexes\": [\n      1,\n      3\n    ]",
      with: "\"fullatt_block_indexes\": []")
    let model = try load(copy)
    let picture = try pattern(width: 60, height: 48, seed: 2)
    func rows(_ picture: Picture) throws -> [[Float]] {
      let prompt = try model.prompt([.picture(picture)], template: .plain)
      var cache = model.makeCache(for: prompt)
      let rows = try model.embeddings(prompt, cache: &cache)
      return prompt.images[0].span.map { Array(rows.row($0)) }
    }
    let plain = try rows(picture)
    for (x, y) in [(0, 0), (30, 20), (40, 10), (59, 35), (3, 40), (35, 36), (36, 47)] {
      var pixels = picture.pixels
      pixels[(y * 60 + x) * 3 + 1] ^= 128
      let painted = try rows(Picture(width: 60, height: 48, pixels: pixels))
      let changed = plain.indices.filter { plain[$0] != painted[$0] }
      let window = plain.indices.filter {
        $0 / 5 / 3 == y / 12 / 3 && $0 % 5 / 3 == x / 12 / 3
      }
      #expect(changed == window, "pixel \(x), \(y)")
    }
  }

  @Test func tooLongAPictureIsRefusedBeforeItIsResized() throws {
    let model = try load(FixtureCopy(of: "models/qwen25vl"))
    #expect(throws: ImageError.self) {
      try model.prompt([.picture(pattern(width: 1, height: 50_000, seed: 1))], template: .plain)
    }
  }

  @Test(arguments: [
    (
      "preprocessor_config.json", "\"patch_size\": 4", "\"patch_size\": 7",
      "the processor's patch_size"
    ),
    (
      "preprocessor_config.json", "\"merge_size\": 3", "\"merge_size\": 2",
      "the processor's merge_size"
    ),
    ("preprocessor_config.json", "\"max_pixels\": 6000", "\"max_pixels\": 2000", "min_pixels"),
    ("config.json", "\"out_hidden_size\": 36", "\"out_hidden_size\": 40", "out_hidden_size"),
    ("config.json", "\"window_size\": 25", "\"window_size\": 11", "window_size"),
    ("config.json", "\"type\": \"mrope\"", "\"type\": \"nrope\"", "rope_scaling.rope_type"),
    (
      "config.json", "\"mrope_section\": [\n   3", "\"mrope_section\": [\n   4", "mrope_section"
    ),
    ("config.json", "\"num_heads\": 2", "\"num_heads\": 5", "num_heads"),
    ("model.safetensors", "merger.ln_q.weight", "merger.ln_k.weight", "merger.ln_q.weight"),
    (
      "model.safetensors", "blocks.2.mlp.gate_proj.bias", "blocks.2.mlp.gate_proj.bios",
      "blocks.2.mlp.gate_proj.bias"
    ),
  ])
  func whatDoesNotFitIsNamed(file: String, old: String, new: String, named: String) throws {
    let copy = try FixtureCopy(of: "models/qwen25vl-flat")
    try copy.edit(file, replacing: old, with: new)
    do {
      _ = try load(copy)
      Issue.record("loaded with \(new)")
    } catch { #expect("\(error)".contains(named), "\(error)") }
  }
}
