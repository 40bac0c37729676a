import Checkpoints
internal import Glibc
internal import JSON

extension RotaryRecipe {
  private static let supportedTypes = ["default", "linear", "llama3", "yarn", "dynamic"]

  /// From `rope_parameters` (transformers 5) or `rope_theta` and `rope_scaling` (before). Where a
  /// file has several, `rope_scaling` counts before `rope_parameters`, and a `rope_theta` in either
  /// before the one outside, as in transformers.
  init(_ reader: ConfigurationReader, contextLength: Int) throws(CheckpointError) {
    let nested = try reader.child("rope_parameters")
    let old = try reader.child("rope_scaling").flatMap { $0.object.members.isEmpty ? nil : $0 }
    let scalingReader = old ?? nested
    for kind in LayerKind.allCases where scalingReader?.object[kind.rawValue] != nil {
      throw .unsupported(
        key: (scalingReader?.path ?? "") + kind.rawValue, found: "of its own",
        supported: ["the same for all layers"])
    }
    try Self.requireWholeHeads(reader)
    // 10000: LlamaConfig, MistralConfig, Qwen2Config and Qwen3Config alike.
    let outerTheta = try reader.positive("rope_theta", default: 10_000)
    try self.init(scalingReader, theta: outerTheta, outer: reader, contextLength: contextLength)
  }

  /// From the object that scales; nil where there is none.
  /// - Parameter theta: the base where the object is silent.
  init(
    _ reader: ConfigurationReader?, theta fallback: Double, outer: ConfigurationReader,
    contextLength: Int
  ) throws(CheckpointError) {
    self.init(theta: fallback)
    guard let reader else { return }
    try Self.requireWholeHeads(reader)
    theta = try reader.positive("rope_theta", default: fallback)
    scaling = try scaling(reader, outer: outer, contextLength: contextLength)
  }

  private static func requireWholeHeads(
    _ reader: ConfigurationReader
  ) throws(CheckpointError) {
    let share = try reader.positive("partial_rotary_factor", default: 1)
    guard share == 1 else {
      throw .unsupported(
        key: reader.path + "partial_rotary_factor", found: "\(share)", supported: ["1"])
    }
  }

  private func scaling(
    _ reader: ConfigurationReader, outer: ConfigurationReader, contextLength: Int
  ) throws(CheckpointError) -> Scaling {
    let name = try reader.text("rope_type", "type") ?? "default"
    func originalContextLength() throws(CheckpointError) -> Int {
      // Beside the model's other sizes it counts before one within, as in transformers.
      let key = "original_max_position_embeddings"
      let inner = try reader.size(key, default: contextLength, limit: 1 << 30)
      return try outer.size(key, default: inner, limit: 1 << 30)
    }
    switch name {
    case "default": return .none
    case "linear": return .linear(factor: try reader.positive("factor", default: nil))
    case "dynamic": return .dynamic(factor: try reader.positive("factor", default: nil))
    case "yarn":
      return .yarn(
        try yarn(reader, original: originalContextLength(), contextLength: contextLength))
    case "llama3":
      let low = try reader.positive("low_freq_factor", default: nil)
      let high = try reader.positive("high_freq_factor", default: nil)
      guard low < high else {
        throw reader.error(
          "high_freq_factor", .number(high), "more than low_freq_factor \(low)")
      }
      return .llama3(
        factor: try reader.positive("factor", default: nil), lowFrequencyFactor: low,
        highFrequencyFactor: high,
        originalContextLength: try originalContextLength())
    default:
      throw .unsupported(
        key: reader.path + "rope_type", found: name, supported: Self.supportedTypes)
    }
  }

  private func yarn(
    _ reader: ConfigurationReader, original: Int, contextLength: Int
  ) throws(CheckpointError) -> YaRN {
    guard theta > 1 else {
      throw reader.error("rope_theta", .number(theta), "a number above 1 for yarn")
    }
    // Written as null, it is the ratio of the two lengths; absent, transformers refuses it, too.
    let isNull = reader.object["factor"]?.isNull ?? false
    let factor = try reader.positive(
      "factor", default: isNull ? Double(contextLength) / Double(original) : nil)
    return YaRN(
      factor: factor, attentionFactor: try Self.attentionFactor(reader, factor: factor),
      fastTurns: try reader.positive("beta_fast", default: 32),
      slowTurns: try reader.positive("beta_slow", default: 1), originalContextLength: original,
      truncatesBounds: try reader.flag("truncate", default: true))
  }

  /// 0.1 ln(factor) + 1, or what the file says.
  private static func attentionFactor(
    _ reader: ConfigurationReader, factor: Double
  ) throws(CheckpointError) -> Double {
    func suggested(_ weight: Double) -> Double {
      factor <= 1 ? 1 : 0.1 * weight * log(factor) + 1
    }
    // transformers takes 0 for absent.
    let weights = ["mscale", "mscale_all_dim"].filter { reader.object[$0]?.numberValue != 0 }
    var computed = suggested(1)
    if weights.allSatisfy({ reader.object.present($0) != nil }), weights.count == 2 {
      computed =
        suggested(try reader.positive(weights[0], default: nil))
        / suggested(try reader.positive(weights[1], default: nil))
    }
    return try reader.positive("attention_factor", default: computed)
  }
}
