internal import Glibc
import Tensors

extension RotaryEmbedding {
  init(_ recipe: RotaryRecipe, headSize: Int) {
    self.init(
      headSize: headSize, inverseFrequencies: recipe.inverseFrequencies(headSize: headSize),
      scale: recipe.scale, axes: recipe.axes(headSize: headSize))
  }
}

extension RotaryRecipe {
  /// By pair, which of a token's places turns it: 0 time, 1 its row, 2 its column.
  func axes(headSize d: Int) -> [Int]? {
    guard let sections else { return nil }
    let counts = sections.counts
    guard sections.areInterleaved else {
      return counts.indices.flatMap { Array(repeating: $0, count: counts[$0]) }
    }
    return (0..<d / 2).map { pair in
      let axis = pair % 3
      return pair < 3 * counts[axis] ? axis : 0
    }
  }

  /// What cosines and sines are multiplied by.
  package var scale: Float {
    if case .yarn(let yarn) = scaling { Float(yarn.attentionFactor) } else { 1 }
  }

  /// The rotation of each of the d/2 pairs, in radians a position; follows
  /// `modeling_rope_utils` of transformers 5.24, whose steps are float32.
  package func inverseFrequencies(headSize d: Int) -> [Float] {
    let wavelengths = stride(from: 0, to: d, by: 2).map { i in
      Float(pow(theta, Double(Float(i) / Float(d))))
    }
    let plain = wavelengths.map { 1 / $0 }
    switch scaling {
    case .none, .dynamic: return plain
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
    case .yarn(let yarn):
      let (low, high) = yarn.bounds(theta: theta, headSize: d)
      return wavelengths.enumerated().map { pair, wavelength in
        let ramp = (Float(pair) - Float(low)) / Float(high - low)
        let kept = 1 - min(max(ramp, 0), 1)
        return 1 / (Float(yarn.factor) * wavelength) * (1 - kept) + 1 / wavelength * kept
      }
    }
  }
}

extension RotaryRecipe.YaRN {
  /// The pairs up to which frequencies are kept, and from which on they are divided.
  fileprivate func bounds(theta: Double, headSize d: Int) -> (low: Double, high: Double) {
    /// The pair, not a whole one, that turns so often within the original context.
    func pair(turning turns: Double) -> Double {
      Double(d) * log(Double(originalContextLength) / (turns * 2 * .pi)) / (2 * log(theta))
    }
    var (low, high) = (pair(turning: fastTurns), pair(turning: slowTurns))
    if truncatesBounds { (low, high) = (low.rounded(.down), high.rounded(.up)) }
    (low, high) = (max(low, 0), min(high, Double(d - 1)))
    return (low, low == high ? high + 0.001 : high)
  }
}
