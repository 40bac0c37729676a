import Autoencoders
import Checkpoints
import Foundation
import Tensors
import Testing

/// Folders as they come: good ones in every layout, and what bad ones are told.
@Suite struct FolderTests {
  private func load(_ path: String, layer: String? = nil) throws -> SparseAutoencoder {
    try SparseAutoencoder(path: path, layer: layer, compute: Reference.compute)
  }

  @Test func sizesAndSiteComeFromTheFolder() throws {
    let float32 = try Reference.autoencoder("float32")
    #expect(float32.latentCount == 50 && float32.k == 5 && float32.inputSize == 19)
    #expect(float32.site == "resid_post.3")
    #expect(float32.encoder.type == .float32)
    #expect(float32.byteCount == 4 * (2 * 50 * 19 + 50 + 19))
    let float16 = try Reference.autoencoder("float16")
    #expect(float16.latentCount == 38, "num_latents 0 stands for d_in * expansion_factor")
    #expect(float16.encoder.type == .float16)
    let bfloat16 = try load("\(Reference.folder)/bfloat16/model.layers.11/")
    #expect(bfloat16.site == "resid_post.11")
    #expect(bfloat16.encoder.type == .bfloat16)
  }

  @Test(arguments: [
    ("model.layers.24", "resid_post.24"), ("layers.0", "resid_post.0"),
    ("language_model.model.layers.7", "resid_post.7"),
    ("blocks.24.hook_resid_post", "resid_post.24"), ("resid_post.3", "resid_post.3"),
    ("language_model.layers.7", "resid_post.7"), ("blocks.2.hook_resid_pre", "resid_post.1"),
    ("layers.24.mlp", nil), ("layers.", nil), ("layers.+4", nil), ("layers.04", nil),
    ("layers.99999999999999999999", nil), ("blocks.0.hook_resid_pre", "resid_pre.0"), ("sae", nil),
    ("blocks..hook_resid_post", nil), ("", nil),
  ])
  func siteNamesAreNeverGuessed(name: String, site: String?) {
    #expect(PlacePair(name).name == site)
  }

  @Test func aParentOfSeveralNeedsAName() throws {
    let folder = try TemporaryFolder()
    for name in ["layers.2", "layers.10", "other"] { _ = try folder.copyAutoencoder(as: name) }
    try FileManager.default.createDirectory(
      atPath: folder.path + "/empty", withIntermediateDirectories: true)
    let found = ["other", "layers.2", "layers.10"]
    #expect(
      throws: AutoencoderError.layerNotChosen(path: folder.path, asked: nil, found: found)
    ) { try load(folder.path) }
    #expect(
      throws: AutoencoderError.layerNotChosen(path: folder.path, asked: "layers.3", found: found)
    ) { try load(folder.path, layer: "layers.3") }
    for name in ["layers.10", "resid_post.10", "model.layers.10", "blocks.10.hook_resid_post"] {
      #expect(try load(folder.path, layer: name).site == "resid_post.10")
    }
    #expect(try load(folder.path, layer: "other").site == nil)
  }

  @Test func theOnlyOneIsTakenForWhateverSiteIsAskedUnlessItNamesAnother() throws {
    let folder = try TemporaryFolder()
    _ = try folder.copyAutoencoder(as: "final")
    #expect(try load(folder.path, layer: "resid_post.1").stated == nil)
    let other = try TemporaryFolder()
    let path = try other.copyAutoencoder(as: "layers.2")
    #expect(
      throws: AutoencoderError.layerNotChosen(
        path: other.path, asked: "resid_post.1", found: ["layers.2"])
    ) { try load(other.path, layer: "resid_post.1") }
    #expect(try load(path, layer: "resid_post.1").site == "resid_post.2")
  }

  /// sparsify names a folder for the module that it read.
  @Test func aFolderOfAnotherPlaceNeedsASite() throws {
    let folder = try TemporaryFolder()
    let path = try folder.copyAutoencoder(as: "layers.2.input_layernorm")
    let error = #expect(throws: AutoencoderError.self) { try load(path) }
    #expect(
      error?.description.contains(
        "\"layers.2.input_layernorm\" names a place that is no site here") == true)
    let stated = try load(path, layer: "resid_post.2").stated
    #expect(stated?.name == "layers.2.input_layernorm" && stated?.site == nil)
  }

  /// Which tensor a module's output is depends on the family: the folder states the module.
  @Test func aFolderOfAModuleIsOfItsOutput() throws {
    let folder = try TemporaryFolder()
    for name in ["layers.2", "layers.2.mlp", "layers.2.self_attn"] {
      _ = try folder.copyAutoencoder(as: name)
    }
    for name in ["layers.2.mlp", "mlp_out.2", "blocks.2.hook_mlp_out"] {
      let stated = try load(folder.path, layer: name).stated
      #expect(stated?.name == "layers.2.mlp" && stated?.site == nil && stated?.isOfOnePlace == true)
      #expect(stated?.places.output == .place(.feedForwardModule, block: 2))
    }
    #expect(try load(folder.path, layer: "resid_post.2").site == "resid_post.2")
    #expect(try load(folder.path, layer: "attn_out.2").stated?.name == "layers.2.self_attn")
  }

  /// The cache of a model hub has links where one expects files.
  @Test func linksAreFollowed() throws {
    let folder = try TemporaryFolder()
    let target = folder.path + "/layers.8"
    try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: true)
    for name in ["cfg.json", "sae.safetensors"] {
      try FileManager.default.createSymbolicLink(
        atPath: "\(target)/\(name)",
        withDestinationPath: "\(Reference.folder)/float32/model.layers.3/\(name)")
    }
    #expect(try load(folder.path).site == "resid_post.8")
  }

  @Test func whatIsNoFolderIsRefused() throws {
    let folder = try TemporaryFolder()
    #expect(throws: AutoencoderError.self) { try load(folder.path) }
    #expect(throws: AutoencoderError.self) { try load(folder.path + "/absent") }
    #expect(throws: AutoencoderError.self) { try load("") }
    #expect(throws: AutoencoderError.self) {
      try load("\(Reference.folder)/float32/model.layers.3/cfg.json")
    }
  }

  @Test(arguments: [
    "", "[]", "null", "{", #"{"k": 5}"#, #"{"d_in": 19}"#, #"{"d_in": 19, "k": 5}"#,
    #"{"d_in": 19, "k": "5", "num_latents": 50}"#, #"{"d_in": 19, "k": 5.5, "num_latents": 50}"#,
    #"{"d_in": 19, "k": 51, "num_latents": 50}"#, #"{"d_in": 19, "k": 0, "num_latents": 50}"#,
    #"{"d_in": 19, "k": -1, "num_latents": 50}"#, #"{"d_in": -19, "k": 5, "num_latents": 50}"#,
    #"{"d_in": 0, "k": 5, "num_latents": 50}"#, #"{"d_in": 19, "k": 5, "num_latents": -50}"#,
    #"{"d_in": 1e300, "k": 5, "num_latents": 50}"#,
    #"{"d_in": 19, "k": 5, "num_latents": 99999999999999999999999}"#,
    #"{"d_in": 4611686018427387904, "k": 5, "num_latents": 0, "expansion_factor": 4}"#,
    #"{"d_in": 19, "k": 5, "num_latents": 50, "activation": "groupmax"}"#,
    #"{"d_in": 19, "k": 5, "num_latents": 50, "signed": true}"#,
    #"{"d_in": 19, "k": 5, "num_latents": 50, "skip_connection": 1}"#,
    #"{"d_in": 19, "k": 5, "num_latents": 50, "transcode": "yes"}"#,
    #"{"d_in": 19, "k": 5, "num_latents": 49}"#, #"{"d_in": 20, "k": 5, "num_latents": 50}"#,
    #"{"d_in": 2147483647, "k": 5, "num_latents": 2147483647}"#,
  ])
  func badConfigurationsAreRefused(json: String) throws {
    let folder = try TemporaryFolder()
    let path = try folder.copyAutoencoder()
    try Data(json.utf8).write(to: URL(filePath: path + "/cfg.json"))
    let error = #expect(throws: AutoencoderError.self) { try load(path) }
    #expect(error?.description.contains(path) == true)
  }

  @Test func messagesNameTheKeyAndTheValue() throws {
    let folder = try TemporaryFolder()
    let path = try folder.copyAutoencoder()
    for (json, words) in [
      (#"{"d_in": 19, "num_latents": 50}"#, "key k is missing"),
      (#"{"d_in": 19, "k": 51, "num_latents": 50}"#, "k is 51, expected 1 to 50"),
      (#"{"d_in": 19, "k": 5, "num_latents": 50, "activation": "jumprelu"}"#, "\"jumprelu\""),
      (#"{"d_in": 20, "k": 5, "num_latents": 50}"#, "[50, 19], expected [50, 20]"),
    ] {
      try Data(json.utf8).write(to: URL(filePath: path + "/cfg.json"))
      let error = #expect(throws: AutoencoderError.self) { try load(path) }
      #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    }
  }

  @Test(arguments: ["encoder.weight", "encoder.bias", "W_dec", "b_dec"])
  func badTensorsAreRefused(name: String) throws {
    let folder = try TemporaryFolder()
    let path = try folder.copyAutoencoder()
    let file = path + "/sae.safetensors"
    let good = try tensors(of: file)
    for spoil in ["missing", "shape", "type", "nan", "infinite"] {
      var writer = SafetensorsWriter()
      for (key, shape, values) in good {
        var (shape, values) = (shape, values)
        if key == name {
          switch spoil {
          case "missing": continue
          case "shape":
            shape[0] -= 1
            values.removeLast(values.count / (shape[0] + 1))
          case "type":
            let bytes = [UInt8](repeating: 0, count: values.count * 4)
            writer.add(key, type: .int32, shape: shape, bytes: bytes)
            continue
          case "nan": values[values.count / 2] = .nan
          default: values[values.count - 1] = -.infinity
          }
        }
        writer.add(key, shape: shape, values)
      }
      try writer.write(to: file)
      let error = #expect(throws: AutoencoderError.self, "\(spoil)") { try load(path) }
      #expect(error?.description.contains(name) == true, "\(error?.description ?? "")")
    }
  }

  @Test func aSkipConnectionThatIsNotConfiguredIsRefused() throws {
    let folder = try TemporaryFolder()
    let path = try folder.copyAutoencoder()
    var writer = SafetensorsWriter()
    for (key, shape, values) in try tensors(of: path + "/sae.safetensors") {
      writer.add(key, shape: shape, values)
    }
    writer.add("W_skip", shape: [1, 1], [0])
    try writer.write(to: path + "/sae.safetensors")
    let error = #expect(throws: AutoencoderError.self) { try load(path) }
    #expect(error?.description.contains("W_skip") == true)
  }

  @Test func truncatedFilesAreRefused() throws {
    let folder = try TemporaryFolder()
    let path = try folder.copyAutoencoder()
    let url = URL(filePath: path + "/sae.safetensors")
    let whole = try Data(contentsOf: url)
    for count in [0, 4, 8, 100, whole.count / 2, whole.count - 1] {
      try whole.prefix(count).write(to: url)
      #expect(throws: AutoencoderError.self, "\(count) bytes") { try load(path) }
    }
    try FileManager.default.removeItem(at: url)
    #expect(throws: AutoencoderError.self) { try load(path) }
  }

  private func tensors(of path: String) throws -> [(String, shape: [Int], values: [Float])] {
    let file = try SafetensorsFile(path: path)
    return try file.entries.keys.sorted().map {
      ($0, shape: try file.entry($0).shape, values: try file.floats($0))
    }
  }
}
