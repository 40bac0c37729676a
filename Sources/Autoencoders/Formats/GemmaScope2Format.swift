import Checkpoints
import Tensors

/// Gemma Scope 2: `params.safetensors` and, in most folders, `config.json`; JumpReLU, `b_dec` not
/// taken off the input. Its site is what the configuration or the path says,
/// `resid_post/layer_9_width_16k_l0_medium`.
///
/// `w_enc` is stored [D, M] and turned round in memory once; `w_dec` [M, D] is mapped.
struct GemmaScope2Format: AutoencoderFormat {
  static let name = "gemma-scope-2"
  static let marker = "params.safetensors"
  static let weightsName = "params.safetensors"

  static func parts(
    of folder: AutoencoderFolder, memory: inout MemoryAllowance
  ) throws -> AutoencoderParts {
    let (file, path) = (try folder.safetensors(), folder.weightsPath)
    let stated = try stated(folder)
    if file.entries["affine_skip_connection"] != nil {
      throw CheckpointError.tensor(
        path: path, name: "affine_skip_connection",
        reason: "a skip connection, which a transcoder has; only autoencoders are loaded")
    }
    let stored = try file.stored("w_enc", path: path)
    guard stored.shape.count == 2 else {
      throw stored.failure("shape \(stored.shape), [D, M] expected")
    }
    let (inputSize, latentCount) = (stored.shape[0], stored.shape[1])
    return AutoencoderParts(
      inputSize: inputSize, latentCount: latentCount,
      activation: .jumpReLU(
        thresholds: try file.stored("threshold", path: path).vector(count: latentCount)),
      subtractsDecoderBias: false, stated: stated,
      encoder: try stored.matrix(
        rows: latentCount, columns: inputSize, transposed: true, memory: &memory),
      encoderBias: try file.stored("b_enc", path: path).vector(count: latentCount),
      decoder: try file.stored("w_dec", path: path).matrix(
        rows: latentCount, columns: inputSize, transposed: false, memory: &memory),
      decoderBias: try file.stored("b_dec", path: path).vector(count: inputSize))
  }

  private static func stated(_ folder: AutoencoderFolder) throws -> StatedSite? {
    if folder.holds("config.json") {
      let keys = try ConfigurationSection(path: folder.file("config.json"))
      for (name, expected) in [("architecture", "jump_relu"), ("type", "sae")] {
        guard let found = keys.text(name), found != expected else { continue }
        throw keys.failure("\(name) is \"\(found)\", only \"\(expected)\" is implemented")
      }
      if keys.flag("affine_connection") == true {
        throw keys.failure("affine_connection is true, which a transcoder has")
      }
      if let hook = keys.text("hf_hook_point_in") {
        return try StatedSite(hook: hook, path: keys.path, asked: folder.asked)
      }
    }
    let names = folder.path.split(separator: "/").map(String.init)
    guard let place = names.last, let block = BlockNumber.leading("layer_", in: place) else {
      return nil
    }
    for kind in names.dropLast().reversed() {
      if ["resid_post", "resid_post_all"].contains(kind) {
        return StatedSite(folderName: "\(kind)/\(place)", block: block)
      }
      guard others.contains(where: kind.hasPrefix) else { continue }
      guard folder.asked != nil else {
        throw AutoencoderError.site(
          path: folder.path,
          reason: "\(kind) is not the residual stream after a block, the only kind of site here")
      }
      return StatedSite(otherPlace: "\(kind)/\(place)")
    }
    return nil
  }

  /// The folders of other places than the residual stream.
  private static let others = ["attn_out", "mlp_out", "transcoder", "crosscoder", "clt"]
}
