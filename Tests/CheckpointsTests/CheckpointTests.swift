import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

/// Held to a tiny model that transformers wrote; see Tests/Fixtures/make/checkpoints.py.
@Suite struct CheckpointTests {
  struct Layouts: Decodable {
    let shapes: [String: [Int]]
    let values: [String: [Float]]
  }

  private func layouts() throws -> Layouts {
    try JSONDecoder().decode(
      Layouts.self, from: Data(Fixtures.bytes("checkpoints/layouts.json")))
  }

  @Test(arguments: ["layout-a", "layout-b", "layout-c", "layout-d"])
  func bringsEveryLayoutToOneVocabulary(_ folder: String) throws {
    let expected = try layouts()
    let checkpoint = try Checkpoint(folder: Fixtures.path("checkpoints/\(folder)"))
    #expect(checkpoint.names == expected.shapes.keys.sorted())
    for (name, shape) in expected.shapes {
      #expect(try checkpoint.entry(name).shape == shape)
      if shape.count == 1 {
        #expect(try checkpoint.vector(name, count: shape[0]) == expected.values[name])
      } else {
        let columns = shape.dropFirst().reduce(1, *)
        _ = try checkpoint.matrix(name, rows: shape[0], columns: columns)
      }
      try checkpoint.requireFinite(name)
    }
  }

  @Test func readsAPlainTextModelWithATiedHead() throws {
    let checkpoint = try Checkpoint(folder: Fixtures.path("checkpoints/layout-text-tied"))
    #expect(!checkpoint.contains(TensorNames.head))
    #expect(try checkpoint.head(tied: true, vocabulary: 10, hidden: 4).rows == 10)
    // Without the flag nothing says that the embeddings are the head.
    #expect(throws: CheckpointError.missing(TensorNames.head)) {
      try checkpoint.head(tied: false, vocabulary: 10, hidden: 4)
    }
    #expect(
      throws: CheckpointError.shape(
        "model.embed_tokens.weight", found: [10, 4], expected: [11, 4])
    ) {
      try checkpoint.head(tied: true, vocabulary: 11, hidden: 4)
    }
  }

  @Test func takesAHeadOfItsOwnWhateverTheFlagSays() throws {
    let folder = try TemporaryFolder()
    var writer = SafetensorsWriter()
    writer.add("model.embed_tokens.weight", shape: [2, 2], [1, 2, 3, 4])
    writer.add("lm_head.weight", shape: [2, 2], [5, 6, 7, 8])
    try writer.write(to: "\(folder.path)/model.safetensors")
    let checkpoint = try Checkpoint(folder: folder.path)
    for tied in [true, false] {
      let head = try checkpoint.head(tied: tied, vocabulary: 2, hidden: 2)
      #expect(head.gather(rows: [0, 1]) == Matrix(rows: 2, columns: 2, values: [5, 6, 7, 8]))
    }
    #expect(try checkpoint.hasOwnHead(vocabulary: 2, hidden: 2))
  }

  @Test func looksUpByModule() throws {
    let checkpoint = try Checkpoint(folder: Fixtures.path("checkpoints/layout-a"))
    let layer = checkpoint.scope("language_model.layers")[0]
    #expect(try layer["self_attn"].matrix("k_proj.weight", rows: 2, columns: 4).columns == 4)
    #expect(try layer.vector("input_layernorm.weight", count: 4) == [1, 1, 1, 1])
    #expect(!layer["self_attn"].contains("q_proj.bias"))
    let name = "language_model.layers.0.self_attn.q_proj.bias"
    #expect(throws: CheckpointError.missing(name)) {
      try layer["self_attn"].vector("q_proj.bias", count: 4)
    }
  }

  @Test(arguments: [
    "../x.safetensors", "/etc/passwd", "..", ".", "", "a/b", "no-such-file", "a\0b",
  ])
  func refusesShards(_ shard: String) throws {
    let folder = try TemporaryFolder()
    let index = try JSONEncoder().encode(["weight_map": ["a": shard]])
    try folder.write(index, "model.safetensors.index.json")
    #expect(throws: CheckpointError.self) { try Checkpoint(folder: folder.path) }
  }

  @Test func refusesAnIndexThatIsWrong() throws {
    let folder = try TemporaryFolder()
    try folder.write(
      Fixtures.bytes("checkpoints/layout-d/model.safetensors"), "part.safetensors")
    for index in [
      #"{"weight_map":{"no.such.tensor":"part.safetensors"}}"#, #"{"weight_map":[]}"#, "{}", "[]",
      #"{"weight_map":{"a":1}}"#, "not JSON", "",
    ] {
      try folder.write(index.utf8, "model.safetensors.index.json")
      #expect(throws: CheckpointError.self) { try Checkpoint(folder: folder.path) }
    }
  }

  @Test func refusesOneTensorUnderTwoNames() throws {
    let folder = try TemporaryFolder()
    var writer = SafetensorsWriter()
    writer.add("model.norm.weight", shape: [1], [1])
    writer.add("language_model.model.norm.weight", shape: [1], [1])
    try writer.write(to: "\(folder.path)/model.safetensors")
    #expect(throws: CheckpointError.self) { try Checkpoint(folder: folder.path) }
  }

  @Test func refusesVectorsThatAreNotFinite() throws {
    let folder = try TemporaryFolder()
    var writer = SafetensorsWriter()
    writer.add("norm.weight", shape: [3], [1, .nan, 2], as: .bfloat16)
    try writer.write(to: "\(folder.path)/model.safetensors")
    let scope = try Checkpoint(folder: folder.path).scope("language_model")
    #expect(throws: CheckpointError.notFinite("language_model.norm.weight", element: 1)) {
      try scope.vector("norm.weight", count: 3)
    }
  }

  @Test func refusesAFolderWithoutWeights() throws {
    let folder = try TemporaryFolder()
    #expect(throws: CheckpointError.self) { try Checkpoint(folder: folder.path) }
    #expect(throws: CheckpointError.self) { try Checkpoint(folder: "/no/such/folder") }
  }
}
