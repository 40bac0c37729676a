import Checkpoints
internal import Glibc
import Tensors

extension Tensors.Activation {
  /// The operator that a configuration names.
  init(_ activation: Checkpoints.Activation) {
    switch activation {
    case .silu: self = .silu
    case .gelu: self = .gelu
    case .quickGELU: self = .quickGELU
    }
  }
}

extension RotaryConfiguration {
  /// The rotation of each of the d/2 pairs, in radians a position; follows
  /// `modeling_rope_utils` of transformers 5.23, whose steps are float32.
  func inverseFrequencies(headSize d: Int) -> [Float] {
    let plain = stride(from: 0, to: d, by: 2).map { i in
      1 / Float(pow(theta, Double(Float(i) / Float(d))))
    }
    switch scaling {
    case .none: return plain
    case .linear(let factor): return plain.map { $0 / Float(factor) }
    case .llama3(let factor, let low, let high, let original):
      return plain.map { frequency in
        // Turns within the original context: its length over the wavelength.
        let turns = Double(original) * Double(frequency) / (2 * .pi)
        if turns < low { return Float(Double(frequency) / factor) }
        if turns > high { return frequency }
        let kept = (turns - low) / (high - low)
        return Float((1 - kept) * Double(frequency) / factor + kept * Double(frequency))
      }
    }
  }
}
