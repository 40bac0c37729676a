import Checkpoints
import Tensors

/// Gemma Scope 2: `params.safetensors` and, in most folders, `config.json`; JumpReLU, `b_dec` not
/// taken off the input. What it reads and makes is what the configuration or the path says,
/// `resid_post/layer_9_width_16k_l0_medium`.
///
/// `w_enc` is stored [D, M] and turned round in memory once; `w_dec` [M, D_out] is mapped;
/// `affine_skip_connection` [D, D_out] of a transcoder is turned round, too.
struct GemmaScope2Format: AutoencoderFormat {
  static let name = "gemma-scope-2"
  static let marker = "params.safetensors"
  static let weightsName = "params.safetensors"
  private static let skipName = "affine_skip_connection"

  static func parts(
    of folder: AutoencoderFolder, memory: inout MemoryAllowance
  ) throws -> AutoencoderParts {
    let (file, path) = (try folder.safetensors(), folder.weightsPath)
    let hasSkip = file.entries[skipName] != nil
    let stated = try stated(folder, hasSkip: hasSkip)
    let stored = try file.stored("w_enc", path: path)
    guard stored.shape.count == 2 else {
      throw stored.failure("shape \(stored.shape), [D, M] expected")
    }
    let (inputSize, latentCount) = (stored.shape[0], stored.shape[1])
    let decoder = try file.stored("w_dec", path: path)
    guard decoder.shape.count == 2 else {
      throw decoder.failure("shape \(decoder.shape), [M, D_out] expected")
    }
    let outputSize = decoder.shape[1]
    return AutoencoderParts(
      inputSize: inputSize, latentCount: latentCount,
      activation: .jumpReLU(
        thresholds: try file.stored("threshold", path: path).vector(count: latentCount)),
      subtractsDecoderBias: false, stated: stated,
      encoder: try stored.matrix(
        rows: latentCount, columns: inputSize, transposed: true, memory: &memory),
      encoderBias: try file.stored("b_enc", path: path).vector(count: latentCount),
      decoder: try decoder.matrix(
        rows: latentCount, columns: outputSize, transposed: false, memory: &memory),
      decoderBias: try file.stored("b_dec", path: path).vector(count: outputSize),
      skip: hasSkip
        ? try file.stored(skipName, path: path).matrix(
          rows: outputSize, columns: inputSize, transposed: true, memory: &memory) : nil)
  }

  private static func stated(
    _ folder: AutoencoderFolder, hasSkip: Bool
  ) throws -> StatedSite? {
    if folder.holds("config.json") {
      let keys = try ConfigurationSection(path: folder.file("config.json"))
      for (name, expected) in [("architecture", ["jump_relu"]), ("type", ["sae", "transcoder"])] {
        guard let found = keys.text(name), !expected.contains(found) else { continue }
        let known = expected.joined(separator: "\" and \"")
        throw keys.failure("\(name) is \"\(found)\", only \"\(known)\" is implemented")
      }
      if let isAffine = keys.flag("affine_connection"), isAffine != hasSkip {
        throw keys.failure(
          "affine_connection is \(isAffine), and the weights hold \(hasSkip ? "a" : "no") "
            + skipName)
      }
      if let hook = keys.text("hf_hook_point_in") {
        let output = keys.text("hf_hook_point_out") ?? hook
        if let type = keys.text("type"), (type == "transcoder") != (hook != output) {
          throw keys.failure(
            "type is \"\(type)\", hf_hook_point_in \"\(hook)\" and hf_hook_point_out "
              + "\"\(output)\"")
        }
        return try StatedSite(
          hook: hook, output: output, path: keys.path, asked: folder.asked)
      }
    }
    let names = folder.path.split(separator: "/").map(String.init)
    guard let place = names.last, let block = BlockNumber.leading("layer_", in: place) else {
      return nil
    }
    for name in names.dropLast().reversed() {
      let kind = name.hasSuffix("_all") ? String(name.dropLast(4)) : name
      if let (input, output) = places[kind] {
        return StatedSite(
          name: "\(name)/\(place)",
          places: PlacePair(
            input: .place(input, block: block), output: .place(output, block: block)))
      }
      guard others.contains(where: kind.hasPrefix) else { continue }
      guard folder.asked != nil else {
        throw AutoencoderError.site(
          path: folder.path, reason: "\(name) is of several blocks at once, which is no site here")
      }
      return StatedSite(otherPlace: "\(name)/\(place)")
    }
    return nil
  }

  /// What the autoencoders of a folder read and make; `attn_out` is the input of o_proj.
  private static let places: [String: (BlockPlace, BlockPlace)] = [
    "resid_post": (.residualPost, .residualPost),
    "attn_out": (.attentionHeads, .attentionHeads),
    "mlp_out": (.feedForwardOut, .feedForwardOut),
    "transcoder": (.feedForwardIn, .feedForwardOut),
  ]

  /// The folders of what is of several blocks.
  private static let others = ["crosscoder", "clt"]
}
