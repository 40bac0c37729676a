import Autoencoders
import Checkpoints
import Foundation
import Tensors
import Testing

/// Autoencoders of other libraries, held to the codes and reconstructions those libraries computed.
@Suite struct FormatTests {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Fixtures/formats").path

  /// The path below the folder, the name in `expected`, and what loading should find.
  struct Case: CustomTestStringConvertible {
    let path: String
    let name: String
    let format: String
    let activation: String
    let site: String
    /// Of float32 weights, whether W_enc lies in memory.
    let takesMemory: Bool

    var testDescription: String { name }
  }

  static let cases =
    [
      ("standard", "relu", 2), ("topk", "topk", 2), ("jumprelu", "jumprelu", 1),
      ("batchtopk", "jumprelu", 2), ("before6", "topk", 2),
    ].map {
      Case(
        path: "saelens/\($0.0)", name: "saelens.\($0.0)", format: "saelens", activation: $0.1,
        site: "resid_post.\($0.2)", takesMemory: true)
    }
    + ["stored", "deflated", "small_w"].map {
      Case(
        path: "gemma-scope-tiny/layer_2/\($0)/params.npz", name: "gemma.\($0)",
        format: "gemma-scope", activation: "jumprelu", site: "resid_post.2", takesMemory: true)
    }
    + [
      ("relu", "relu"), ("april", "relu"), ("topk", "topk"), ("topk16", "topk"),
      ("batchtopk", "jumprelu"), ("jumprelu", "jumprelu"),
    ].map {
      Case(
        path: "dictionary_learning/\($0.0)", name: "dictionary.\($0.0)",
        format: "dictionary_learning", activation: $0.1, site: "resid_post.2",
        // PyTorch kept this encoder as a view of its transpose: its rows lie in the file.
        takesMemory: $0.0 != "jumprelu")
    }

  static let expected = Result { try SafetensorsFile(path: "\(folder)/expected.safetensors") }

  static func matrix(_ name: String) throws -> Matrix {
    let file = try expected.get()
    let shape = try file.entry(name).shape
    return Matrix(rows: shape[0], columns: shape[1], values: try file.floats(name))
  }

  static func load(_ path: String, memory: Int = .max) throws -> SparseAutoencoder {
    try SparseAutoencoder(path: "\(folder)/\(path)", compute: Reference.compute, memory: memory)
  }

  @Test(arguments: cases) func codesAreThoseOfTheirLibrary(_ test: Case) throws {
    let autoencoder = try Self.load(test.path)
    #expect(autoencoder.format == test.format)
    #expect(autoencoder.activation.name == test.activation)
    #expect(autoencoder.site == test.site)
    #expect(autoencoder.inputSize == 12 && autoencoder.latentCount == 24)
    let x = try Self.matrix("x")
    let code = try autoencoder.encode(x)
    let wanted = try Self.matrix("\(test.name).z")
    let scale = wanted.maxMagnitude
    for row in 0..<x.rows {
      let active = Set((0..<24).filter { wanted[row, $0] != 0 })
      #expect(Set(code.row(row).indices.map(Int.init)) == active)
      for latent in active {
        #expect(abs(code.value(row: row, latent: latent) - wanted[row, latent]) <= 2e-6 * scale)
      }
    }
    let reconstruction = try Self.matrix("\(test.name).reconstruction")
    let difference = try autoencoder.decode(code) - reconstruction
    #expect(difference.maxMagnitude <= 4e-6 * reconstruction.maxMagnitude)
  }

  /// In narrow tiles, and where the search for candidates could have been asked for.
  @Test(arguments: cases) func tilesDoNotShow(_ test: Case) throws {
    let x = try Self.matrix("x")
    let whole = try Self.load(test.path).encode(x)
    let rounded = try SparseAutoencoder(
      path: "\(Self.folder)/\(test.path)",
      compute: Compute(team: Reference.compute.team, precision: .bfloat16))
    #expect(try rounded.encode(x, tileElements: 45) == whole)
  }

  @Test(arguments: cases) func memoryIsAskedForFirst(_ test: Case) throws {
    let taken = try Self.load(test.path).memoryBytes
    #expect(test.takesMemory ? taken >= 4 * 12 * 24 : taken == 0)
    guard taken > 0 else { return }
    #expect(throws: AutoencoderError.self) { try Self.load(test.path, memory: taken - 1) }
  }

  @Test func reselectionNeedsTopK() throws {
    let x = try Self.matrix("x")
    let change = LatentChange(rows: [0..<1], latent: 3, rule: .zero)
    #expect(throws: AutoencoderError.nothingToReselect("relu")) {
      _ = try Self.load("saelens/standard").encode(x, changing: [change])
    }
    #expect(try Self.load("saelens/topk").encode(x, changing: [change]).code.rows == x.rows)
  }

  @Test(arguments: [
    ("architecture", "\"gated\"", "b_gate"),
    ("architecture", "\"matching_pursuit\"", "matching_pursuit"),
    ("architecture", "\"skip_transcoder\"", "hook_name_out"),
    ("architecture", "\"temporal\"", "temporal"),
    ("normalize_activations", "\"covariance_whitening\"", "covariance_whitening"),
    ("normalize_activations", "\"expected_average_only_in\"", "fold_activation_norm"),
    ("normalize_activations", "true", "fold_activation_norm"),
    ("normalize_activations", "7", "normalize_activations"),
    ("reshape_activations", "\"hook_q\"", "hook_q"),
    ("finetuning_scaling_factor", "true", "finetuning_scaling_factor"),
    ("metadata", "{\"hook_name\": \"blocks.3.hook_mlp_in\"}", "blocks.3.hook_mlp_in"),
    ("metadata", "{\"hook_name\": \"blocks.0.attn.hook_q\"}", "blocks.0.attn.hook_q"),
    ("d_sae", "25", "shape"), ("d_sae", "-1", "d_sae"), ("d_in", "1e99", "d_in"),
    ("d_in", "9223372036854775807", "d_in"), ("d_sae", "\"many\"", "d_sae"),
  ])
  func whatIsNotReadIsRefusedByName(key: String, value: String, named: String) throws {
    let folder = try TemporaryFolder()
    let target = folder.path + "/sae"
    try FileManager.default.copyItem(
      atPath: "\(Self.folder)/saelens/standard", toPath: target)
    let url = URL(filePath: target + "/cfg.json")
    let text = try String(contentsOf: url, encoding: .utf8)
    // A later member of the same name counts.
    let changed = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] ?? [:]
    let new = try JSONSerialization.jsonObject(with: Data(value.utf8), options: .fragmentsAllowed)
    try JSONSerialization.data(withJSONObject: changed.merging([key: new]) { $1 }).write(to: url)
    let error = #expect(throws: AutoencoderError.self) {
      try SparseAutoencoder(path: target, compute: Reference.compute)
    }
    #expect(error?.description.contains(named) == true, "\(error?.description ?? "")")
  }

  /// The files of `HostileArchiveTests`, asked for as autoencoders: the words
  /// of archives come through.
  @Test func hostileFilesAreRefusedInTheirWords() throws {
    let hostile = "\(Self.folder)/../hostile-archives"
    let data = try Data(contentsOf: URL(filePath: hostile + "/MANIFEST.json"))
    let manifest = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    let refusals = try #require(manifest["refusals"] as? [String: String])
    #expect(refusals.count >= 25)
    for (name, word) in refusals.sorted(by: { $0.key < $1.key }) {
      let error = #expect(throws: AutoencoderError.self, "\(name)") {
        try SparseAutoencoder(path: "\(hostile)/\(name)", compute: Reference.compute)
      }
      #expect(error?.description.contains(word) == true, "\(name): \(error?.description ?? "")")
    }
  }
}
