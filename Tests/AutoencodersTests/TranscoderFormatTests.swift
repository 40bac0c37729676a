import Autoencoders
import Checkpoints
import Foundation
import Tensors
import Testing

/// Transcoders, and autoencoders of places inside a block, held to the numbers of their libraries
/// (Tests/Fixtures/make/transcoder_formats.py).
@Suite struct TranscoderFormatTests {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Fixtures/transcoder-formats").path

  /// The path below the folder, the name in `expected`, and what loading should find.
  struct Case: CustomTestStringConvertible {
    let path: String
    let name: String
    let format: String
    /// What the files name, of a place of one meaning the canonical one.
    let places: PlacePair
    let outputSize: Int
    var hasSkip = false

    init(
      _ path: String, _ name: String, _ format: String, _ places: String, _ outputSize: Int,
      hasSkip: Bool = false
    ) {
      (self.path, self.name, self.format) = (path, name, format)
      self.places = PlacePair(places)
      (self.outputSize, self.hasSkip) = (outputSize, hasSkip)
    }

    var testDescription: String { name }
  }

  private static let module = "layers.2.mlp.input -> layers.2.mlp"

  static let cases: [Case] = [
    Case(
      "saelens/transcoder", "saelens.transcoder", "saelens",
      "blocks.2.mlp.hook_in -> blocks.2.hook_mlp_out", 10),
    Case("saelens/skip", "saelens.skip", "saelens", "transcoder.2", 10, hasSkip: true),
    Case("saelens/jumprelu", "saelens.jumprelu", "saelens", "mlp_normed.2 -> mlp_out.2", 10),
    Case(
      "saelens/jumprelu_skip", "saelens.jumprelu_skip", "saelens", "transcoder.2", 12,
      hasSkip: true),
    Case("saelens/mlp_out", "saelens.mlp_out", "saelens", "mlp_out.2", 12),
    Case("saelens/hook_z", "saelens.hook_z", "saelens", "attn_heads.2", 12),
    Case("sparsify/layers.2.mlp", "sparsify.layers.2.mlp", "sparsify", module, 12),
    Case(
      "sparsify/skipping", "sparsify.skipping/layers.2.mlp", "sparsify", module, 12, hasSkip: true),
    Case("sparsify/outputs", "sparsify.outputs/layers.2.mlp", "sparsify", "layers.2.mlp", 12),
    Case(
      "sparsify/attention", "sparsify.attention/model.layers.2.self_attn", "sparsify",
      "layers.2.self_attn", 12),
    gemma("transcoder/layer_2_width_16k_l0_small_affine", "transcoder.2", 10, hasSkip: true),
    gemma("transcoder_all/layer_2_width_16k_l0_small", "transcoder.2", 10),
    gemma("mlp_out/layer_2_width_16k_l0_small", "mlp_out.2", 12),
    gemma("attn_out_all/layer_2_width_16k_l0_small", "attn_heads.2", 12),
    Case(
      "llamascopium/transcoder", "llamascopium.transcoder", "llamascopium",
      "mlp_normed.2 -> mlp_out.2", 12),
    Case("llamascopium/raw", "llamascopium.raw", "llamascopium", "mlp_normed.2 -> mlp_out.2", 12),
  ]

  private static func gemma(
    _ path: String, _ places: String, _ outputSize: Int, hasSkip: Bool = false
  ) -> Case {
    Case(
      "gemma-scope-2-tiny/\(path)", "gemma2.\(path)", "gemma-scope-2", places, outputSize,
      hasSkip: hasSkip)
  }

  private static let expected = Result {
    try SafetensorsFile(path: "\(folder)/expected.safetensors")
  }

  private static func matrix(_ name: String) throws -> Matrix {
    let file = try expected.get()
    let shape = try file.entry(name).shape
    return Matrix(rows: shape[0], columns: shape[1], values: try file.floats(name))
  }

  private static func load(_ test: Case) throws -> SparseAutoencoder {
    try SparseAutoencoder(path: "\(folder)/\(test.path)", compute: Reference.compute)
  }

  @Test(arguments: cases) func codesAndWhatIsMadeAreThoseOfTheirLibrary(_ test: Case) throws {
    let autoencoder = try Self.load(test)
    #expect(autoencoder.format == test.format)
    #expect(autoencoder.stated?.places == test.places)
    #expect(autoencoder.inputSize == 12 && autoencoder.latentCount == 24)
    #expect(autoencoder.outputSize == test.outputSize)
    #expect((autoencoder.skip != nil) == test.hasSkip)
    let x = try Self.matrix("x")
    let code = try autoencoder.encode(x)
    CommunityFormatTests.expectEqual(code, try Self.matrix("\(test.name).z"), "the code")
    let made = try Self.matrix("\(test.name).made")
    let found = try autoencoder.reconstruction(code, of: x)
    #expect((found - made).maxMagnitude <= 4e-6 * made.maxMagnitude)
    let fit = try autoencoder.fit(x, making: made)
    #expect(try #require(fit.fvu) < 1e-10)
  }

  /// What attribution takes: z·∂(ŷ·g)/∂z, by PyTorch's autograd through the library's decoder.
  @Test(arguments: cases) func scoresAreDerivativesOfWhatIsMade(_ test: Case) throws {
    let autoencoder = try Self.load(test)
    let code = try autoencoder.encode(try Self.matrix("x"))
    let scores = try autoencoder.scores(
      code, gradient: try Self.matrix("gradient.\(test.outputSize)"))
    let wanted = try Self.matrix("\(test.name).scores")
    for row in 0..<code.rows {
      for entry in code.range(ofRow: row) {
        let error = abs(scores[entry] - wanted[row, Int(code.indices[entry])])
        #expect(error <= 4e-6 * wanted.maxMagnitude)
      }
    }
  }

  /// A transcoder that is asked for by its module's name, its place's, or a transcoder's.
  @Test(arguments: ["layers.2.mlp", "transcoder.2", "mlp_in.2 -> mlp_out.2", "mlp_out.2"])
  func aModulesFolderIsFound(asked: String) throws {
    let found = try SparseAutoencoder(
      path: "\(Self.folder)/sparsify/skipping", layer: asked, compute: Reference.compute)
    #expect(found.stated?.isOfOnePlace == false && found.stated?.name == "layers.2.mlp")
  }

  @Test func gradientsOfAnotherWidthAreRefused() throws {
    let autoencoder = try Self.load(Self.cases[0])
    let code = try autoencoder.encode(try Self.matrix("x"))
    #expect(throws: AutoencoderError.self) {
      try autoencoder.scores(code, gradient: try Self.matrix("gradient.12"))
    }
    #expect(throws: AutoencoderError.self) { try autoencoder.fit(try Self.matrix("x")) }
  }

  /// A configuration that says otherwise than the weights, or than itself.
  @Test(arguments: [
    ("saelens/transcoder/cfg.json", "apply_b_dec_to_input", "true", "apply_b_dec_to_input"),
    ("saelens/transcoder/cfg.json", "normalize_activations", "\"layer_norm\"", "for transcoders"),
    ("saelens/transcoder/cfg.json", "d_out", "11", "W_dec"),
    ("saelens/transcoder/cfg.json", "architecture", "\"skip_transcoder\"", "W_skip"),
    (
      "saelens/transcoder/cfg.json", "metadata", "{\"hook_name\": \"blocks.2.mlp.hook_in\"}",
      "hook_name_out"
    ),
    ("sparsify/skipping/layers.2.mlp/cfg.json", "skip_connection", "false", "W_skip"),
    ("sparsify/layers.2.mlp/cfg.json", "skip_connection", "true", "W_skip"),
    (
      "gemma-scope-2-tiny/transcoder/layer_2_width_16k_l0_small_affine/config.json",
      "affine_connection", "false", "affine_connection"
    ),
    (
      "gemma-scope-2-tiny/transcoder/layer_2_width_16k_l0_small_affine/config.json", "type",
      "\"sae\"", "type is"
    ),
  ])
  func whatDoesNotFitIsRefusedByName(file: String, key: String, value: String, named: String) throws
  {
    let temporary = try TemporaryFolder()
    let names = file.split(separator: "/")
    let target = "\(temporary.path)/\(names[names.count - 2])"
    try FileManager.default.copyItem(
      atPath: "\(Self.folder)/\(names.dropLast().joined(separator: "/"))", toPath: target)
    let url = URL(filePath: "\(target)/\(names[names.count - 1])")
    let known = try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any]
    let new = try JSONSerialization.jsonObject(with: Data(value.utf8), options: .fragmentsAllowed)
    try JSONSerialization.data(withJSONObject: (known ?? [:]).merging([key: new]) { $1 })
      .write(to: url)
    let error = #expect(throws: AutoencoderError.self) {
      _ = try SparseAutoencoder(path: target, compute: Reference.compute)
    }
    #expect(error?.description.contains(named) == true, "\(error?.description ?? "")")
  }
}
