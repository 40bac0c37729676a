/// What a trainer is told: sizes, schedule and seed.
package struct TrainerOptions: Sendable, Equatable, Codable {
  /// D, M and the number of latents that may be active at a token.
  package let inputSize: Int
  package let latentCount: Int
  package let k: Int
  /// Steps of the whole run, which the learning rate's decay ends with.
  package let steps: Int
  /// The learning rate after warm-up.
  package let learningRate: Double
  /// Steps over which the learning rate rises to its full height.
  package let warmUpSteps: Int
  /// The weight of AuxK; 0 leaves it out.
  package let auxiliaryWeight: Double
  /// A latent counts as dead when more tokens than this have passed since it was active.
  package let deadAfterTokens: Int
  /// Gradients of a larger norm, all tensors together, are scaled down to it.
  package let largestGradientNorm: Double
  package let seed: UInt64

  /// The names in a trainer's checkpoint.
  private enum CodingKeys: String, CodingKey {
    case latentCount = "latents"
    case inputSize, k, steps, learningRate, warmUpSteps, auxiliaryWeight, deadAfterTokens,
      largestGradientNorm, seed
  }

  /// - Parameter learningRate: nil stands for 2e-4 / √(M / 2¹⁴).
  package init(
    inputSize: Int, latentCount: Int, k: Int, steps: Int, learningRate: Double? = nil,
    warmUpSteps: Int = 1_000, auxiliaryWeight: Double = 1 / 32,
    deadAfterTokens: Int = 10_000_000, largestGradientNorm: Double = 1, seed: UInt64 = 0
  ) throws(AutoencoderError) {
    _ = try AutoencoderConfiguration(inputSize: inputSize, latentCount: latentCount, k: k)
    guard inputSize.multipliedReportingOverflow(by: latentCount).partialValue <= 1 << 34 else {
      throw .value(
        what: "the size of the autoencoder", found: "\(latentCount) x \(inputSize)",
        expected: "at most 2^34 weights in a matrix")
    }
    let rate = learningRate ?? 2e-4 / (Double(latentCount) / 16_384).squareRoot()
    for (what, value) in [
      ("the learning rate", rate), ("the weight of AuxK", auxiliaryWeight),
      ("the largest norm of gradients", largestGradientNorm),
    ] where !(value >= 0 && value.isFinite) {
      throw .value(what: what, found: "\(value)", expected: "finite and not below 0")
    }
    for (what, value, least) in [
      ("the number of steps", steps, 1), ("the number of warm-up steps", warmUpSteps, 0),
      ("the number of tokens until a latent counts as dead", deadAfterTokens, 1),
    ] where value < least {
      throw .value(what: what, found: "\(value)", expected: "\(least) or more")
    }
    self.inputSize = inputSize
    self.latentCount = latentCount
    self.k = k
    self.steps = steps
    self.learningRate = rate
    self.warmUpSteps = warmUpSteps
    self.auxiliaryWeight = auxiliaryWeight
    self.deadAfterTokens = deadAfterTokens
    self.largestGradientNorm = largestGradientNorm
    self.seed = seed
  }

  /// The learning rate of a step, counted from 0: it rises linearly over the warm-up, then falls
  /// linearly, and would be zero at step `steps`.
  package func learningRate(atStep step: Int) -> Double {
    if step < warmUpSteps { return learningRate * Double(step + 1) / Double(warmUpSteps) }
    let left = Double(max(0, steps - step)) / Double(max(1, steps - warmUpSteps))
    return learningRate * min(1, left)
  }
}
