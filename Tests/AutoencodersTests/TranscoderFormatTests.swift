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
    /// What has to be given.
    var options = AutoencoderOptions()

    init(
      _ path: String, _ name: String, _ format: String, _ places: String, _ outputSize: Int,
      hasSkip: Bool = false, options: AutoencoderOptions = AutoencoderOptions()
    ) {
      (self.path, self.name, self.format) = (path, name, format)
      self.places = PlacePair(places)
      (self.outputSize, self.hasSkip, self.options) = (outputSize, hasSkip, options)
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
    normalising("layer_norm"), normalising("constant_norm_skip", hasSkip: true),
    normalising(
      "expected_average", hasSkip: true, options: AutoencoderOptions(inputScale: 0.625)),
    Case("llama-scope/L2TC", "llama-scope", "llama-scope", "mlp_normed.2 -> mlp_out.2", 12),
    circuit("pictures/layer_2.safetensors", "pictures.2", "mlp.hook_in", "mlp.hook_out"),
    circuit(
      "pictures/layer_3.safetensors", "pictures.3", "mlp.hook_in", "mlp.hook_out", block: 3,
      hasSkip: true),
    circuit(
      "relu", "relu.2", "hook_resid_mid", "hook_mlp_out",
      options: AutoencoderOptions(activation: .relu)),
    circuit("jumprelu", "jumprelu.2", "mlp.hook_in", "hook_mlp_out", hasSkip: true),
  ]

  private static func normalising(
    _ name: String, hasSkip: Bool = false, options: AutoencoderOptions = AutoencoderOptions()
  ) -> Case {
    Case(
      "saelens/\(name)", "saelens.\(name)", "saelens",
      "blocks.2.mlp.hook_in -> blocks.2.hook_mlp_out", 10, hasSkip: hasSkip, options: options)
  }

  private static func circuit(
    _ path: String, _ name: String, _ input: String, _ output: String, block: Int = 2,
    hasSkip: Bool = false, options: AutoencoderOptions = AutoencoderOptions()
  ) -> Case {
    Case(
      "circuit-tracer/\(path)", "circuit-tracer.\(name)", "circuit-tracer",
      "blocks.\(block).\(input) -> blocks.\(block).\(output)", 12, hasSkip: hasSkip,
      options: options)
  }

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
    try SparseAutoencoder(
      path: "\(folder)/\(test.path)", options: test.options, compute: Reference.compute)
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
    (
      "saelens/transcoder/cfg.json", "normalize_activations", "\"expected_average_only_in\"",
      "--sae-input-scale"
    ),
    (
      "llama-scope/L2TC/hyperparams.json", "dataset_average_activation_norm", "{\"in\": 5.5}",
      "key out is missing"
    ),
    (
      "llama-scope/L2TC/hyperparams.json", "dataset_average_activation_norm",
      "{\"in\": 5.5, \"out\": 0}", "key out is"
    ),
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

  // MARK: What circuit-tracer's files leave open

  /// A change of a latent of a transcoder that normalises its input, in what it makes: the latent's
  /// direction times the change, whatever the row's scale.
  @Test func whatANormalisingTranscoderMakesIsNotNormalised() throws {
    for name in ["saelens.layer_norm", "saelens.constant_norm_skip"] {
      let test = try #require(Self.cases.first { $0.name == name })
      let autoencoder = try Self.load(test)
      #expect(autoencoder.normalisation != .none && !autoencoder.undoesNormalisation)
      let code = try autoencoder.encode(try Self.matrix("x"))
      #expect(code.frame(ofRow: 0) == nil)
      let latent = Int(try #require(code.row(0).indices.first))
      let changed = try code.changing([LatentChange(rows: [0..<1], latent: latent, rule: .add(2))])
      let change = try autoencoder.decodeChange(from: code, to: changed)
      let direction = try autoencoder.decoderRows([latent]).scaled(by: 2)
      #expect((change.slice(rows: 0..<1) - direction).maxMagnitude < 1e-6)
      #expect(change.slice(rows: 1..<code.rows).maxMagnitude == 0)
    }
  }

  @Test(arguments: ["transcoder.3", "layer_3.safetensors", "blocks.3.mlp.hook_in -> mlp_out.3"])
  func aBlocksFileIsFound(asked: String) throws {
    let found = try SparseAutoencoder(
      path: "\(Self.folder)/circuit-tracer/pictures", layer: asked, compute: Reference.compute)
    #expect(found.stated?.name == "blocks.3.mlp.hook_in -> blocks.3.mlp.hook_out")
  }

  @Test(arguments: [
    ("relu", AutoencoderOptions(), "--sae-k"),
    ("relu", AutoencoderOptions(k: 25), "25"),
    ("relu", AutoencoderOptions(k: 4, activation: .relu), "k is 4"),
    ("relu", AutoencoderOptions(activation: .topK), "--sae-k"),
    ("relu", AutoencoderOptions(k: 4, activation: .signedTopK), "\"topk\" or \"relu\""),
    ("relu", AutoencoderOptions(inputScale: 2), "inputScale is given"),
    ("pictures", AutoencoderOptions(), "layer_2.safetensors, layer_3.safetensors"),
    (
      "pictures/layer_2.safetensors", AutoencoderOptions(k: 5),
      "k is 4 in config.yaml, 5 in the request"
    ),
    ("pictures/layer_2.safetensors", AutoencoderOptions(activation: .relu), "k is 4"),
    ("jumprelu", AutoencoderOptions(k: 4), "activation_function.threshold"),
    ("jumprelu", AutoencoderOptions(activation: .relu), "activation_function.threshold"),
  ])
  func whatIsOpenIsNeverGuessed(path: String, options: AutoencoderOptions, named: String) {
    let error = #expect(throws: AutoencoderError.self) {
      try SparseAutoencoder(
        path: "\(Self.folder)/circuit-tracer/\(path)", options: options, compute: Reference.compute)
    }
    #expect(error?.description.contains(named) == true, "\(error?.description ?? "")")
  }

  private static let hooks = "feature_input_hook: mlp.hook_in\nfeature_output_hook: mlp.hook_out\n"

  /// Configurations of other forms than a block mapping of plain values, by the line.
  @Test(arguments: [
    ("top_k 4", "line 1: \"top_k 4\""),
    ("- top_k", "line 1: a key at the left edge"), ("  top_k: 4", "line 1: a key"),
    ("{top_k: 4}", "line 1: \"{top_k\" is no plain key"), ("? top_k", "line 1"),
    ("\ttop_k: 4", "line 1"), (": 4", "line 1"),
    (hooks + "top_k: 4\ntop_k: 4", "line 4: key top_k is there already"),
    (hooks + "top_k: [4]", "line 3: the value of top_k is \" [4]\""),
    (hooks + "top_k: &four 4", "line 3: the value"), (hooks + "top_k: |\n  4", "line 3"),
    (hooks + "top_k: !!int 4", "line 3"), (hooks + "top_k: '4", "line 3"),
    (hooks + "top_k: \"4\\x\"", "line 3"), (hooks + "top_k: '4' 5", "line 3"),
    (hooks + "top_k: 4: 5", "line 3"),
    (hooks + "top_k: 4.5", "top_k is \"4.5\", a number from 1"), (hooks + "top_k: 0", "\"0\""),
    (hooks + "top_k: -4", "\"-4\""), (hooks + "top_k: 0x10", "0x10"),
    (hooks + "top_k: null", "has no top_k"), (hooks + "top_k:\n- 4", "line 3"),
    (hooks + "top_k: 4\n  5", "and goes on below"),
    (hooks + "model_kind: cross_layer_transcoder", "cross_layer_transcoder"),
    ("feature_input_hook: mlp.hook_in\ntop_k: 4", "feature_output_hook is missing"),
    (
      "feature_input_hook: mlp.hook_pre\nfeature_output_hook: mlp.hook_out\ntop_k: 4",
      "mlp.hook_pre"
    ),
    ("top_k: 4", "feature_input_hook is missing"), ("", "has no top_k"),
    ("top_k: 4\n\u{FFFD}: 3", "line 2"),
  ])
  func configurationsOfOtherFormsAreRefusedByLine(text: String, named: String) throws {
    let temporary = try TemporaryFolder()
    try FileManager.default.copyItem(
      atPath: "\(Self.folder)/circuit-tracer/pictures/layer_2.safetensors",
      toPath: temporary.path + "/layer_2.safetensors")
    try Data(text.utf8).write(to: URL(filePath: temporary.path + "/config.yaml"))
    let error = #expect(throws: AutoencoderError.self) {
      try SparseAutoencoder(path: temporary.path, compute: Reference.compute)
    }
    #expect(error?.description.contains(named) == true, "\(error?.description ?? "")")
  }

  /// The same values in other spellings of YAML.
  @Test(arguments: [
    hooks + "top_k: 4", "---\n# a set\n\n" + hooks + "top_k: 4   # of 24\nlayers:\n- 2\n  - 3\n",
    "feature_input_hook: 'mlp.hook_in'\r\nfeature_output_hook: \"mlp.hook_out\" # y\r\n"
      + "top_k: \"4\"",
    hooks
      + "top_k: 4\ntraining:\n  prompt: 'several\n\n    lines: of it\n\n    {text}'\n  top_k: 9\n",
  ])
  func plainSpellingsAreRead(text: String) throws {
    let temporary = try TemporaryFolder()
    try FileManager.default.copyItem(
      atPath: "\(Self.folder)/circuit-tracer/pictures/layer_2.safetensors",
      toPath: temporary.path + "/layer_2.safetensors")
    try Data(text.utf8).write(to: URL(filePath: temporary.path + "/config.yaml"))
    let found = try SparseAutoencoder(path: temporary.path, compute: Reference.compute)
    #expect(found.k == 4 && found.activation == .topK(4))
    #expect(found.stated?.name == "blocks.2.mlp.hook_in -> blocks.2.mlp.hook_out")
  }

  @Test func filesAloneAndOtherThresholdsAreRefused() throws {
    let temporary = try TemporaryFolder()
    let path = temporary.path + "/layer_2.safetensors"
    let good = try SafetensorsFile(
      path: "\(Self.folder)/circuit-tracer/jumprelu/layer_2.safetensors")
    func told(_ renamed: [String: String], _ change: (String, [Float]) -> [Float] = { $1 }) throws
      -> String
    {
      var writer = SafetensorsWriter()
      for name in good.entries.keys.sorted() {
        writer.add(
          renamed[name] ?? name, shape: try good.entry(name).shape,
          change(name, try good.floats(name)))
      }
      try writer.write(to: path)
      let error = #expect(throws: AutoencoderError.self) {
        try SparseAutoencoder(
          path: path, options: AutoencoderOptions(), compute: Reference.compute)
      }
      return error?.description ?? ""
    }
    #expect(try told([:]).contains("config.yaml is missing"))
    try Data((Self.hooks + "top_k: 4").utf8).write(
      to: URL(filePath: temporary.path + "/config.yaml"))
    #expect(try told([:]).contains("neither top-k nor ReLU"))
    let threshold = "activation_function.threshold"
    #expect(try told([threshold: "log_thresholds"]).contains("log_thresholds"))
    #expect(try told([threshold: "other", "b_dec": "bias"]).contains("b_dec"))
    #expect(try told([threshold: "other", "W_enc": "b_enc", "b_enc": "W_enc"]).contains("[M, D]"))
    try Data(Self.hooks.utf8).write(to: URL(filePath: temporary.path + "/config.yaml"))
    let below = try told([:]) { $0 == threshold ? $1.map { _ in -0.5 } : $1 }
    #expect(below.contains("-0.5 at element 0, 0 or more expected"))
  }

  // MARK: What is no archive of torch.save's

  /// What is said of a file is what it is, and what to do about it.
  @Test(arguments: [("layer2", "before PyTorch 1.6"), ("layer3", "a bare pickle")])
  func olderFilesAreCalledWhatTheyAre(name: String, words: String) {
    let error = #expect(throws: AutoencoderError.self) {
      try SparseAutoencoder(
        path: "\(Self.folder)/no-archives/\(name).sae.pt", options: AutoencoderOptions(k: 4),
        compute: Reference.compute)
    }
    #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    #expect(error?.description.contains("torch.save") == true)
  }
}
