/// How the next token is chosen.
package struct SamplingOptions: Sendable, Equatable {
  /// 0 is greedy: the largest logit, ties to the lowest id.
  package let temperature: Float
  /// Only the most probable tokens that together reach this probability are drawn from; 1 is all.
  package let topP: Float
  /// The same seed draws the same tokens.
  package let seed: UInt64

  package static let greedy = SamplingOptions()

  private init() {
    (temperature, topP, seed) = (0, 1, 0)
  }

  /// Throws `ModelError.invalidSampling`.
  package init(temperature: Float, topP: Float = 1, seed: UInt64 = 0) throws(ModelError) {
    guard temperature.isFinite, temperature >= 0 else {
      throw .invalidSampling(
        setting: "temperature", found: "\(temperature)", expected: "a finite number from 0")
    }
    guard topP > 0, topP <= 1 else {
      throw .invalidSampling(
        setting: "topP", found: "\(topP)", expected: "a number above 0, at most 1")
    }
    self.temperature = temperature
    self.topP = topP
    self.seed = seed
  }
}
