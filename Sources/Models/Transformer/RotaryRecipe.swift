/// How positions become rotation angles (rotary position embedding).
package struct RotaryRecipe: Sendable, Equatable {
  /// The base of the frequencies: θ^(-2i/d).
  package var theta: Double
  package var scaling: Scaling
  /// Which pairs of a head turn by which of a token's places; nil where tokens have one place.
  package var sections: Sections?

  /// The pairs of a head shared out among a token's places ("M-RoPE", `mrope_section`).
  package struct Sections: Sendable, Equatable {
    /// How many pairs turn by a token's place in time, by its row and by its column.
    package var counts: [Int]
    /// Whether the three take turns from the first pair on, as long as each has some left, and time
    /// has the rest; or those of each stand together, time's first.
    package var areInterleaved: Bool

    package init(_ counts: [Int], interleaved: Bool) {
      self.counts = counts
      areInterleaved = interleaved
    }
  }

  package enum Scaling: Sendable, Equatable {
    case none
    /// Every frequency divided by `factor`.
    case linear(factor: Double)
    /// Llama 3.1: long wavelengths divided by `factor`, short ones kept, those between blended.
    case llama3(
      factor: Double, lowFrequencyFactor: Double, highFrequencyFactor: Double,
      originalContextLength: Int)
    /// Peng et al. 2023, "YaRN", arXiv 2309.00071.
    case yarn(YaRN)
    /// "NTK-aware" scaling, by the length of the sequence: it changes the frequencies of sequences
    /// longer than `DecoderRecipe.contextLength` alone, and those are refused. For each length they
    /// are others, so that keys that are kept from a shorter one, or from a prompt run in pieces,
    /// would not be those of the whole.
    case dynamic(factor: Double)
  }

  /// Frequencies that turn often within the original context are kept, those that turn seldom
  /// divided by `factor`, those between blended; cosines and sines are multiplied by
  /// `attentionFactor`.
  package struct YaRN: Sendable, Equatable {
    package var factor: Double
    package var attentionFactor: Double
    /// Turns within the original context from which on a frequency is kept, `beta_fast`.
    package var fastTurns: Double
    /// Turns up to which it is divided, `beta_slow`.
    package var slowTurns: Double
    package var originalContextLength: Int
    /// Whether the bounds of the blend are whole pairs.
    package var truncatesBounds: Bool

    package init(
      factor: Double, attentionFactor: Double, fastTurns: Double = 32, slowTurns: Double = 1,
      originalContextLength: Int, truncatesBounds: Bool = true
    ) {
      self.factor = factor
      self.attentionFactor = attentionFactor
      self.fastTurns = fastTurns
      self.slowTurns = slowTurns
      self.originalContextLength = originalContextLength
      self.truncatesBounds = truncatesBounds
    }
  }

  package init(theta: Double, scaling: Scaling = .none, sections: Sections? = nil) {
    self.theta = theta
    self.scaling = scaling
    self.sections = sections
  }
}
