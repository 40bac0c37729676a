import Autoencoders
import Checkpoints
import Foundation
import Tensors
import Testing

/// Autoencoders in the forms that others publish them in, held to the numbers of their libraries,
/// or of PyTorch where none reads them (Tests/Fixtures/make/community_formats.py says which).
@Suite struct CommunityFormatTests {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Fixtures/community-formats").path

  /// The path below the folder, the name in `expected`, what has to be asked for, and what loading
  /// should find.
  struct Case: CustomTestStringConvertible {
    let path: String
    let name: String
    let format: String
    let activation: String
    var site: String? = "resid_post.2"
    var options = AutoencoderOptions()
    var layer: String?
    var normalisation = InputNormalisation.none

    var testDescription: String { name }
  }

  static let cases: [Case] =
    lens + scaled + gemmaScope2 + dictionaries + bareDictionaries + moground + single + llamascopium
    + overcomplete

  private static let lens: [Case] = [
    lens("gated", "jumprelu"), lens("abstopk", "abs-topk"),
    lens("layer_norm", "topk", .layerNorm), lens("constant_norm", "jumprelu", .constantNorm),
    lens("constant_gated", "jumprelu", .constantNorm),
  ]

  private static func lens(
    _ name: String, _ activation: String, _ normalisation: InputNormalisation = .none
  ) -> Case {
    Case(
      path: "saelens/\(name)", name: "saelens.\(name)", format: "saelens", activation: activation,
      normalisation: normalisation)
  }

  private static let scaled: [Case] = [("expected_average", "relu"), ("expected_topk", "topk")].map
  {
    Case(
      path: "saelens/\($0.0)", name: "saelens.\($0.0)", format: "saelens", activation: $0.1,
      options: AutoencoderOptions(inputScale: 0.625))
  }

  private static let gemmaScope2: [Case] = [
    "resid_post/layer_2_width_16k_l0_medium", "resid_post_all/layer_2_width_16k_l0_small",
  ].map { path in
    Case(
      path: "gemma-scope-2-tiny/\(path)", name: "gemma2.\(path.prefix { $0 != "/" })",
      format: "gemma-scope-2", activation: "jumprelu")
  }

  private static let dictionaries: [Case] = [
    "gated", "matryoshka", "matroyshka", "never_estimated",
  ].map { dictionary($0, "jumprelu", site: "resid_post.2", nil) }

  private static let bareDictionaries: [Case] = [
    dictionary("bare_matryoshka", "jumprelu"), dictionary("bare_gated", "jumprelu"),
    dictionary("bare_relu", "relu"), dictionary("bare_april", "relu"),
    dictionary("bare_jumprelu", "jumprelu"), dictionary("bare_topk", "topk", .topK),
    dictionary("bare_batchtopk", "jumprelu", .jumpReLU),
  ]

  private static func dictionary(
    _ name: String, _ activation: String, site: String? = nil,
    _ asked: AutoencoderOptions.Activation? = nil
  ) -> Case {
    Case(
      path: "dictionary_learning/\(name)", name: "dictionary.\(name)",
      format: "dictionary_learning", activation: activation, site: site,
      options: AutoencoderOptions(activation: asked))
  }

  private static let moground: [Case] = ["nested", "plain", "described", "bare"].map {
    Case(
      path: "moground/\($0)", name: "moground.\($0)", format: "moground", activation: "topk",
      site: nil, options: AutoencoderOptions(k: $0 == "bare" ? 4 : nil))
  }

  private static let single: [Case] = [
    Case(
      path: "mmdiff/text-only_layer_2.pt", name: "mmdiff.jumprelu", format: "mmdiff",
      activation: "jumprelu"),
    Case(
      path: "mmdiff", name: "mmdiff.topk", format: "mmdiff", activation: "topk",
      site: "resid_post.3", options: AutoencoderOptions(k: 4), layer: "model.layers.3"),
    Case(
      path: "qwen-scope/layer2.sae.pt", name: "qwen.relu", format: "qwen-scope",
      activation: "topk", options: AutoencoderOptions(k: 4)),
    Case(
      path: "qwen-scope", name: "qwen.signed", format: "qwen-scope", activation: "signed-topk",
      options: AutoencoderOptions(k: 4, activation: .signedTopK), layer: "resid_post.2"),
    Case(
      path: "vlm-saes/sae_final_layer3_8x_norm13.996978.pkl", name: "vlm-saes",
      format: "vlm-saes", activation: "relu"),
    Case(
      path: "vlm-saes/unnamed", name: "vlm-saes.given", format: "vlm-saes", activation: "relu",
      options: AutoencoderOptions(inputScale: 8)),
    Case(
      path: "llama-scope/L2R", name: "llama-scope", format: "llama-scope",
      activation: "jumprelu"),
  ]

  private static let llamascopium: [Case] = [
    ("relu", "relu"), ("jumprelu", "jumprelu"), ("topk", "topk"), ("plain_topk", "topk"),
    ("dataset_wise", "jumprelu"),
  ].map {
    Case(
      path: "llamascopium/\($0.0)", name: "llamascopium.\($0.0)", format: "llamascopium",
      activation: $0.1)
  }

  private static let overcomplete: [Case] = ["linear", "batch_norm"].map {
    Case(
      path: "overcomplete/\($0).pt", name: "overcomplete.\($0)", format: "overcomplete",
      activation: "topk", site: nil, options: AutoencoderOptions(k: 4))
  }

  static let expected = Result { try SafetensorsFile(path: "\(folder)/expected.safetensors") }

  static func matrix(_ name: String) throws -> Matrix {
    let file = try expected.get()
    let shape = try file.entry(name).shape
    return Matrix(rows: shape[0], columns: shape[1], values: try file.floats(name))
  }

  static func load(
    _ path: String, _ options: AutoencoderOptions = AutoencoderOptions(), layer: String? = nil,
    memory: Int = .max, precision: Precision = .float32
  ) throws -> SparseAutoencoder {
    try SparseAutoencoder(
      path: "\(folder)/\(path)", layer: layer, options: options,
      compute: Compute(team: Reference.compute.team, precision: precision), memory: memory)
  }

  static func load(_ test: Case, memory: Int = .max, precision: Precision = .float32) throws
    -> SparseAutoencoder
  {
    try load(
      test.path, test.options, layer: test.layer, memory: memory, precision: precision)
  }

  /// `code` is `wanted` [T, M]: the same latents, values within a few roundings of the largest.
  static func expectEqual(_ code: SparseCode, _ wanted: Matrix, _ what: String) {
    let scale = wanted.maxMagnitude
    for row in 0..<wanted.rows {
      let active = Set((0..<wanted.columns).filter { wanted[row, $0] != 0 })
      #expect(Set(code.row(row).indices.map(Int.init)) == active, "\(what), row \(row)")
      for latent in active {
        let error = abs(code.value(row: row, latent: latent) - wanted[row, latent])
        #expect(error <= 2e-6 * scale, "\(what), row \(row), latent \(latent)")
      }
    }
  }

  @Test(arguments: cases) func codesAreThoseOfTheirLibrary(_ test: Case) throws {
    let autoencoder = try Self.load(test)
    #expect(autoencoder.format == test.format)
    #expect(autoencoder.activation.name == test.activation)
    #expect(autoencoder.normalisation == test.normalisation)
    #expect(autoencoder.site == test.site)
    #expect(autoencoder.inputSize == 12 && autoencoder.latentCount == 24)
    let code = try autoencoder.encode(try Self.matrix("x"))
    Self.expectEqual(code, try Self.matrix("\(test.name).z"), "the code")
    let reconstruction = try Self.matrix("\(test.name).reconstruction")
    let error = (try autoencoder.decode(code) - reconstruction).maxMagnitude
    #expect(error <= 4e-6 * reconstruction.maxMagnitude)
  }

  /// What attribution takes: z·∂(x̂·g)/∂z, by PyTorch's autograd through the library's decoder.
  @Test(arguments: cases) func scoresAreDerivativesOfTheReconstruction(_ test: Case) throws {
    let autoencoder = try Self.load(test)
    let code = try autoencoder.encode(try Self.matrix("x"))
    let scores = try autoencoder.scores(code, gradient: try Self.matrix("gradient"))
    let wanted = try Self.matrix("\(test.name).scores")
    for row in 0..<code.rows {
      for entry in code.range(ofRow: row) {
        let error = abs(scores[entry] - wanted[row, Int(code.indices[entry])])
        #expect(error <= 4e-6 * wanted.maxMagnitude)
      }
    }
  }

  /// What ablation and steering take: the change of the reconstruction with a changed code.
  @Test(arguments: cases) func changesOfTheCodeAreThoseOfTheReconstruction(_ test: Case) throws {
    let autoencoder = try Self.load(test)
    let code = try autoencoder.encode(try Self.matrix("x"))
    let z = try Self.matrix("\(test.name).z")
    let changes = (0..<code.rows).compactMap { row -> LatentChange? in
      let values = z.row(row).map(abs)
      guard let largest = values.max(), largest > 0, let latent = values.firstIndex(of: largest)
      else { return nil }
      return LatentChange(rows: [row..<row + 1], latent: latent, rule: .scale(2))
    }
    #expect(!changes.isEmpty)
    let changed = try code.changing(changes)
    let wanted = try Self.matrix("\(test.name).changed")
    #expect((try autoencoder.decode(changed) - wanted).maxMagnitude <= 4e-6 * wanted.maxMagnitude)
    let difference = wanted - (try Self.matrix("\(test.name).reconstruction"))
    let found = try autoencoder.decodeChange(from: code, to: changed)
    #expect((found - difference).maxMagnitude <= 8e-6 * wanted.maxMagnitude)
  }

  /// Slices, rows put together again and emptied rows keep the scale of their rows.
  @Test(arguments: cases) func rowsKeepTheirScale(_ test: Case) throws {
    let autoencoder = try Self.load(test)
    let code = try autoencoder.encode(try Self.matrix("x"))
    var parts = code.slice(rows: 4..<code.rows)
    var whole = code.slice(rows: 0..<4)
    whole.append(parts)
    #expect(whole == code)
    parts = try parts.changing([LatentChange(rows: [0..<1], latent: 1, rule: .clamp(3))])
    #expect(parts.frame(ofRow: 0) == code.frame(ofRow: 4))
    let nothing = try autoencoder.decode(code.emptied())
    for row in 0..<code.rows {
      let frame = code.frame(ofRow: row) ?? RowFrame(scale: 1)
      let bias = autoencoder.decoderBias.map { $0 * frame.scale + frame.offset }
      #expect(nothing.row(row) == bias)
    }
    guard test.normalisation != .none else { return }
    var bare = SparseCode(latentCount: 24)
    bare.appendRow([(latent: 1, value: 1)])
    #expect(throws: AutoencoderError.self) { try autoencoder.decode(bare) }
  }

  @Test(arguments: cases) func tilesAndPrecisionDoNotShow(_ test: Case) throws {
    let x = try Self.matrix("x")
    let whole = try Self.load(test).encode(x)
    #expect(try Self.load(test, precision: .bfloat16).encode(x, tileElements: 45) == whole)
  }

  @Test(arguments: cases) func memoryIsAskedForFirst(_ test: Case) throws {
    let taken = try Self.load(test).memoryBytes
    guard taken > 0 else { return }
    #expect(throws: AutoencoderError.self) { try Self.load(test, memory: taken - 1) }
  }

  /// Signed pre-activations changed before the k are taken again.
  @Test(arguments: ["saelens.abstopk", "qwen.signed"])
  func changedPreActivationsKeepTheirSign(name: String) throws {
    let test = try #require(Self.cases.first { $0.name == name })
    let change = LatentChange(rows: [0..<9], latent: 3, rule: .add(-5))
    let found = try Self.load(test).encode(try Self.matrix("x"), changing: [change])
    Self.expectEqual(found.code, try Self.matrix("\(name).lowered"), "the changed code")
    #expect(throws: AutoencoderError.self) {
      try Self.load(test).requireUnsigned(for: "this")
    }
  }

  @Test func theScaleOfAFilesNameIsTold() throws {
    let named = try Self.load("vlm-saes/sae_final_layer3_8x_norm13.996978.pkl")
    #expect(named.notes.count == 1 && named.notes[0].contains("13.996978"))
    #expect(try Self.load("vlm-saes/unnamed", AutoencoderOptions(inputScale: 8)).notes.isEmpty)
  }

  /// What the files leave open is asked for, and what they say is not overruled.
  @Test(arguments: [
    ("qwen-scope/layer2.sae.pt", AutoencoderOptions(), "--sae-k"),
    ("qwen-scope", AutoencoderOptions(k: 4), "layer2.sae.pt, layer3.sae.pt"),
    ("qwen-scope/layer2.sae.pt", AutoencoderOptions(k: 25), "25"),
    ("qwen-scope/layer2.sae.pt", AutoencoderOptions(k: 0), "k is 0"),
    (
      "qwen-scope/layer2.sae.pt", AutoencoderOptions(k: 4, activation: .jumpReLU), "signed-topk"
    ),
    ("qwen-scope/layer2.sae.pt", AutoencoderOptions(k: 4, inputScale: 2), "inputScale"),
    ("mmdiff/text-only_layer_3.pt", AutoencoderOptions(), "--sae-k"),
    ("mmdiff/text-only_layer_2.pt", AutoencoderOptions(k: 4), "threshold"),
    ("moground/bare", AutoencoderOptions(), "nor in meta.json"),
    ("moground/nested", AutoencoderOptions(k: 5), "k is 4 in sae.pt, 5 in the request"),
    ("moground/described", AutoencoderOptions(k: 5), "meta.json"),
    ("moground/nested", AutoencoderOptions(activation: .topK), "activation"),
    ("vlm-saes/unnamed", AutoencoderOptions(), "--sae-input-scale"),
    ("vlm-saes/unnamed", AutoencoderOptions(inputScale: -1), "inputScale is -1"),
    ("vlm-saes/unnamed", AutoencoderOptions(inputScale: .infinity), "inputScale is inf"),
    ("saelens/expected_average", AutoencoderOptions(), "--sae-input-scale"),
    ("saelens/layer_norm", AutoencoderOptions(inputScale: 2), "layer_norm"),
    ("saelens/gated", AutoencoderOptions(k: 4), "k is given"),
    ("overcomplete/linear.pt", AutoencoderOptions(), "--sae-k"),
    ("llama-scope/L2R", AutoencoderOptions(inputScale: 2), "inputScale"),
    ("dictionary_learning/bare_topk", AutoencoderOptions(), "BatchTopKSAE"),
    ("dictionary_learning/bare_topk", AutoencoderOptions(k: 3, activation: .topK), "4"),
    ("dictionary_learning/bare_gated", AutoencoderOptions(k: 3), "GatedAutoEncoder"),
    ("dictionary_learning/matryoshka", AutoencoderOptions(activation: .topK), "config.json"),
  ])
  func whatIsOpenIsNeverGuessed(path: String, options: AutoencoderOptions, named: String) {
    let error = #expect(throws: AutoencoderError.self) { try Self.load(path, options) }
    #expect(error?.description.contains(named) == true, "\(error?.description ?? "")")
  }

  /// What would make other numbers than the library's.
  @Test(arguments: [
    ("llamascopium/relu/config.json", "use_glu_encoder", "true", "use_glu_encoder"),
    ("llamascopium/relu/config.json", "act_fn", "\"batchtopk\"", "batchtopk"),
    ("llamascopium/relu/config.json", "sae_type", "\"clt\"", "clt"),
    ("llamascopium/relu/config.json", "norm_activation", "\"token-wise\"", "token-wise"),
    ("llamascopium/relu/config.json", "hook_point_out", "\"blocks.2.hook_mlp_in\"", "mlp_in"),
    ("llamascopium/dataset_wise/config.json", "hook_point_in", "\"blocks.9.hook_in\"", "hook_in"),
    (
      "llama-scope/L2R/hyperparams.json", "dataset_average_activation_norm", "{\"out\": 5.5}",
      "key in is missing"
    ),
    ("llama-scope/L2R/hyperparams.json", "jump_relu_threshold", "-1", "jump_relu_threshold"),
    ("llama-scope/L2R/hyperparams.json", "d_sae", "25", "shape"),
    (
      "gemma-scope-2-tiny/resid_post/layer_2_width_16k_l0_medium/config.json", "type",
      "\"transcoder\"", "transcoder"
    ),
    (
      "gemma-scope-2-tiny/resid_post/layer_2_width_16k_l0_medium/config.json",
      "hf_hook_point_in", "\"model.layers.2.self_attn.o_proj.input\"", "o_proj"
    ),
  ])
  func whatIsNotReadIsRefusedByName(file: String, key: String, value: String, named: String)
    throws
  {
    let temporary = try TemporaryFolder()
    let names = file.split(separator: "/")
    let folder = names.dropLast().joined(separator: "/")
    let target = "\(temporary.path)/\(names[names.count - 2])"
    try FileManager.default.copyItem(atPath: "\(Self.folder)/\(folder)", toPath: target)
    let url = URL(filePath: "\(target)/\(names[names.count - 1])")
    let known = try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any]
    let new = try JSONSerialization.jsonObject(with: Data(value.utf8), options: .fragmentsAllowed)
    try JSONSerialization.data(withJSONObject: (known ?? [:]).merging([key: new]) { $1 })
      .write(to: url)
    let error = #expect(throws: AutoencoderError.self) {
      try SparseAutoencoder(path: target, compute: Reference.compute)
    }
    #expect(error?.description.contains(named) == true, "\(error?.description ?? "")")
  }

  /// Tensors that are missing, of other shapes or types, not numbers: told by name.
  @Test func damagedFilesAreRefusedByName() throws {
    let data = try Data(contentsOf: URL(filePath: Self.folder + "/MANIFEST.json"))
    let manifest = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    let refusals = try #require(manifest["refusals"] as? [String: String])
    #expect(refusals.count >= 20)
    for (name, word) in refusals.sorted(by: { $0.key < $1.key }) {
      let k = name.hasSuffix("layer2.sae.pt") || name.hasPrefix("empty") ? 4 : nil
      let error = #expect(throws: AutoencoderError.self, "\(name)") {
        try Self.load("refused/\(name)", AutoencoderOptions(k: k))
      }
      #expect(error?.description.contains(word) == true, "\(name): \(error?.description ?? "")")
    }
  }

  /// Pickles that would run code, and archives that lie, under the names of these formats.
  @Test(arguments: [
    "layer2.sae.pt", "text-only_layer_2.pt", "sae_final_layer3_8x_norm2.pkl", "sae.pt",
    "ae_100.pt",
  ])
  func noFileRunsCode(name: String) throws {
    for (hostile, word) in [
      ("runs-a-command", "os.system"), ("runs-eval", "__builtin__.eval"), ("builds", "object"),
      ("storage-of-code", "UntypedStorage"), ("huge-pickle", "at most"),
      ("not-a-dictionary", "dictionary"),
      ("storage-claims-huge", ""),
    ] {
      let folder = try TemporaryFolder()
      let path = "\(folder.path)/\(name)"
      try FileManager.default.copyItem(
        atPath: "\(Self.folder)/../hostile-archives/\(hostile)/ae.pt", toPath: path)
      let error = #expect(throws: AutoencoderError.self, "\(hostile)") {
        try SparseAutoencoder(
          path: path, options: AutoencoderOptions(k: name.hasPrefix("layer") ? 1 : nil),
          compute: Reference.compute)
      }
      let told = error?.description ?? ""
      #expect(word.isEmpty || told.contains(word), "\(hostile): \(told)")
    }
  }

  /// A file of Gemma Scope 2 with a tensor of another shape, or one that is not there; one that
  /// claims 30 GB; and what belongs to another place of the model.
  @Test func damagedGemmaScope2IsRefusedByName() throws {
    let folder = try TemporaryFolder()
    let source = "\(Self.folder)/gemma-scope-2-tiny/resid_post_all/layer_2_width_16k_l0_small"
    let good = try SafetensorsFile(path: source + "/params.safetensors")
    func write(_ kind: String, _ change: (String, [Int]) -> [Int]?) throws -> String {
      let path = "\(folder.path)/\(kind)/layer_2_width_16k_l0_small"
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true)
      var writer = SafetensorsWriter()
      for name in good.entries.keys.sorted() {
        guard let shape = change(name, try good.entry(name).shape) else { continue }
        writer.add(name, shape: shape, Array(try good.floats(name).prefix(shape.reduce(1, *))))
      }
      try writer.write(to: path + "/params.safetensors")
      return path
    }
    func told(_ path: String) -> String {
      do {
        _ = try SparseAutoencoder(path: path, compute: Reference.compute)
        return ""
      } catch { return error.description }
    }
    for name in ["w_enc", "w_dec", "b_enc", "b_dec", "threshold"] {
      let missing = told(try write("resid_post") { $0 == name ? nil : $1 })
      #expect(missing.contains(name), "\(missing)")
      let short = told(try write("resid_post") { $0 == name ? [$1[0] - 1] + $1.dropFirst() : $1 })
      #expect(short.contains("shape") || short.contains("expected"), "\(name): \(short)")
    }
    for kind in ["crosscoder", "clt"] {
      let other = told(try write(kind) { $1 })
      #expect(other.contains("\(kind) is of several blocks at once"), "\(other)")
    }
    let path = try write("resid_post") { $1 }
    let header = #"{"w_enc":{"dtype":"F32","shape":[4096,1966080],"data_offsets":[0,32212254720]}}"#
    var bytes = Data((0..<8).map { UInt8(truncatingIfNeeded: header.utf8.count >> (8 * $0)) })
    bytes.append(Data(header.utf8))
    try bytes.write(to: URL(filePath: path + "/params.safetensors"))
    #expect(told(path).contains("w_enc"), "\(told(path))")
  }
}
