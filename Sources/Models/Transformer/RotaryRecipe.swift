internal import JSON

/// How positions become rotation angles (rotary position embedding).
package struct RotaryConfiguration: Sendable, Equatable {
  /// The base of the frequencies: θ^(-2i/d).
  package var theta: Double
  package var scaling: Scaling

  package enum Scaling: Sendable, Equatable {
    case none
    /// Every frequency divided by `factor`.
    case linear(factor: Double)
    /// Llama 3.1: long wavelengths divided by `factor`, short ones kept, those between blended.
    case llama3(
      factor: Double, lowFrequencyFactor: Double, highFrequencyFactor: Double,
      originalContextLength: Int)
  }

  package init(theta: Double, scaling: Scaling = .none) {
    self.theta = theta
    self.scaling = scaling
  }
}

extension RotaryConfiguration {
  private static let supportedTypes = ["default", "linear", "llama3"]

  /// From `rope_parameters` (transformers 5) or `rope_theta` and `rope_scaling` (before). Where a
  /// file has several, `rope_scaling` counts before `rope_parameters`, and a `rope_theta` in either
  /// before the one outside, as in transformers.
  init(_ reader: ConfigurationReader, contextLength: Int) throws(CheckpointError) {
    let nested = try reader.child("rope_parameters")
    let old = try reader.child("rope_scaling").flatMap { $0.object.members.isEmpty ? nil : $0 }
    let scalingReader = old ?? nested
    for source in [reader, scalingReader].compactMap({ $0 }) {
      let share = try source.positive("partial_rotary_factor", default: 1)
      guard share == 1 else {
        throw .unsupported(
          key: source.path + "partial_rotary_factor", found: "\(share)", supported: ["1"])
      }
    }
    // 10000: LlamaConfig, MistralConfig and Qwen2Config alike.
    let outerTheta = try reader.positive("rope_theta", default: 10_000)
    theta = try scalingReader?.positive("rope_theta", default: outerTheta) ?? outerTheta
    if let scalingReader {
      scaling = try Self.scaling(scalingReader, contextLength: contextLength)
    } else {
      scaling = .none
    }
  }

  private static func scaling(
    _ reader: ConfigurationReader, contextLength: Int
  ) throws(CheckpointError) -> Scaling {
    let name = try reader.text("rope_type", "type") ?? "default"
    switch name {
    case "default": return .none
    case "linear": return .linear(factor: try reader.positive("factor", default: nil))
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
        originalContextLength: try reader.size(
          "original_max_position_embeddings", default: contextLength, limit: 1 << 30))
    default:
      throw .unsupported(
        key: reader.path + "rope_type", found: name, supported: supportedTypes)
    }
  }
}
