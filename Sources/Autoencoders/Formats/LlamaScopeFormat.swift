import Checkpoints

/// Llama Scope: `hyperparams.json` and `checkpoints/final.safetensors`; JumpReLU with one threshold
/// for all latents, `b_dec` not taken off the input, activations brought to the norm √D by their
/// mean norm in the configuration. Where `hook_point_out` is not `hook_point_in` it is a
/// transcoder, and what it makes has a mean norm of its own.
///
/// As SAELens reads it, whose numbers it is held to: the factor s = √D / mean norm of what is read
/// is taken into the weights, and the threshold times s. SAELens divides what is made by the same
/// factor, which is right where the places are the same; a transcoder's is divided by √D / mean
/// norm of what is made, as its own library does.
struct LlamaScopeFormat: AutoencoderFormat {
  static let name = "llama-scope"
  static let marker = "hyperparams.json"
  static let weightsName = "checkpoints/final.safetensors"

  static func parts(
    of folder: AutoencoderFolder, memory: inout MemoryAllowance
  ) throws -> AutoencoderParts {
    let keys = try ConfigurationSection(path: folder.file(marker))
    let (inputSize, latentCount) = (try keys.count("d_model"), try keys.count("d_sae"))
    let stated = try StatedSite(section: keys, asked: folder.asked)
    let norms = keys.section("dataset_average_activation_norm")
    func scale(_ side: String) throws -> Double {
      Double(inputSize).squareRoot() / (try norms.positive(side))
    }
    let inputScale = try scale("in")
    let outputScale = stated.isOfOnePlace ? inputScale : try scale("out")
    let threshold = Float(try keys.positive("jump_relu_threshold") * inputScale)
    let (file, path) = (try folder.safetensors(), folder.weightsPath)
    var parts = AutoencoderParts(
      inputSize: inputSize, latentCount: latentCount,
      activation: .jumpReLU(thresholds: Array(repeating: threshold, count: latentCount)),
      subtractsDecoderBias: false, stated: stated,
      encoder: try file.stored("encoder.weight", path: path).matrix(
        rows: latentCount, columns: inputSize, transposed: false, memory: &memory),
      encoderBias: try file.stored("encoder.bias", path: path).vector(count: latentCount),
      decoder: try file.stored("decoder.weight", path: path).matrix(
        rows: latentCount, columns: inputSize, transposed: true, memory: &memory),
      decoderBias: try file.stored("decoder.bias", path: path).vector(count: inputSize))
    try parts.foldInputScale(
      Float(inputScale), outputScale: Float(outputScale), memory: &memory, path: path)
    return parts
  }
}

extension StatedSite {
  /// The places of a configuration of OpenMOSS' libraries.
  init(section: ConfigurationSection, asked: String?) throws(AutoencoderError) {
    guard let hook = section.text("hook_point_in") else {
      throw section.failure("key hook_point_in is missing")
    }
    try self.init(
      hook: hook, output: section.text("hook_point_out"), path: section.path, asked: asked)
  }
}
