import Checkpoints
import Models
import Tensors
import TestSupport
import Testing

/// Damaged and contradictory checkpoints get a clear refusal.
@Suite struct BadCheckpointTests {
  private func load(_ copy: FixtureCopy) throws -> Model {
    try Model(
      folder: copy.path, precision: .float32, team: ThreadTeam(threadCount: 1))
  }

  @Test func aMissingTensorIsNamed() throws {
    let copy = try FixtureCopy(of: "models/llama3")
    try copy.edit(
      "model.safetensors", replacing: "layers.2.mlp.up_proj.weight",
      with: "layers.2.mlp.up_prox.weight")
    #expect(throws: CheckpointError.missing("language_model.layers.2.mlp.up_proj.weight")) {
      try load(copy)
    }
  }

  @Test func aWrongShapeIsNamedWithBothShapes() throws {
    let copy = try FixtureCopy(of: "models/llama3")
    try copy.edit(
      "config.json", replacing: "\"intermediate_size\": 56", with: "\"intermediate_size\": 57")
    #expect(
      throws: CheckpointError.shape(
        "language_model.model.layers.0.mlp.gate_proj.weight", found: [56, 40], expected: [57, 40])
    ) { try load(copy) }
  }

  @Test func anUnknownArchitectureIsRefused() throws {
    let copy = try FixtureCopy(of: "models/qwen2-text")
    try copy.edit(
      "config.json", replacing: "\"model_type\": \"qwen2\"", with: "\"model_type\": \"mamba\"")
    #expect(throws: CheckpointError.self) { try load(copy) }
  }

  @Test func aVectorWithNaNIsRefusedAtOnce() throws {
    let copy = try FixtureCopy(of: "models/llama3")
    let stored = "language_model.model.layers.1.input_layernorm.weight"
    try copy.poison("model.safetensors", tensor: stored)
    #expect(
      throws: CheckpointError.notFinite(
        "language_model.layers.1.input_layernorm.weight", element: 0)
    ) { try load(copy) }
  }

  @Test(arguments: [Float.nan, .infinity])
  func aMatrixWithNaNIsNamedWhenItSpoilsTheResult(value: Float) throws {
    let copy = try FixtureCopy(of: "models/llama31-text")
    let stored = "model.layers.1.mlp.down_proj.weight"
    try copy.poison("model.safetensors", tensor: stored, with: value)
    let decoder = try load(copy).decoder
    var cache = decoder.makeCache()
    #expect(
      throws: CheckpointError.notFinite(
        "model.layers.1.mlp.down_proj.weight", element: 0)
    ) { try decoder.forward(decoder.embed([1, 2, 3]), blocks: 0..<3, cache: &cache) }
  }

  @Test func aHeadWithNaNIsNamed() throws {
    let copy = try FixtureCopy(of: "models/qwen2-text")
    try copy.poison("model.safetensors", tensor: "lm_head.weight")
    let decoder = try load(copy).decoder
    var cache = decoder.makeCache()
    let last = try decoder.forward(decoder.embed([1, 2]), blocks: 0..<3, cache: &cache, rows: 1)
    #expect(throws: CheckpointError.notFinite("lm_head.weight", element: 0)) {
      try decoder.finiteLogits(last)
    }
  }

  @Test func aTokenizerLargerThanTheEmbeddingsIsRefused() throws {
    let copy = try FixtureCopy(of: "models/qwen2-text")
    try copy.edit("config.json", replacing: "\"vocab_size\": 320", with: "\"vocab_size\": 300")
    #expect(
      throws: ModelError.inconsistent(
        what: "the highest token of tokenizer.json", found: "312",
        expected: "below vocab_size 300, a row of the embeddings")
    ) { try load(copy) }
  }

  @Test func imageTokensThatDisagreeAreRefused() throws {
    let copy = try FixtureCopy(of: "models/llama3")
    try copy.edit(
      "config.json", replacing: "\"image_token_index\": 335", with: "\"image_token_index\": 334")
    #expect(
      throws: ModelError.inconsistent(
        what: "the token <image> of tokenizer.json", found: "335",
        expected: "image_token_index 334")
    ) { try load(copy) }
  }

  @Test func aProcessorForAnotherTowerIsRefused() throws {
    let copy = try FixtureCopy(of: "models/vicuna")
    try copy.edit(
      "preprocessor_config.json", replacing: "\"shortest_edge\": 42",
      with: "\"shortest_edge\": 56")
    try copy.edit("preprocessor_config.json", replacing: "\"height\": 42", with: "\"height\": 56")
    try copy.edit("preprocessor_config.json", replacing: "\"width\": 42", with: "\"width\": 56")
    #expect(
      throws: ModelError.inconsistent(
        what: "the processor's size", found: "56", expected: "vision_config.image_size 42")
    ) { try load(copy) }
  }

  @Test(arguments: ["config.json", "tokenizer.json", "model.safetensors", "processor_config.json"])
  func aMissingFileIsNamed(file: String) throws {
    let copy = try FixtureCopy(of: "models/llama3")
    try copy.remove(file)
    do {
      _ = try load(copy)
      Issue.record("loaded without \(file)")
    } catch {
      let isNamed = "\(error)".contains(file)
      #expect(isNamed || file == "processor_config.json", "\(error)")
    }
  }
}
