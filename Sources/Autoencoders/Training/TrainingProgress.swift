/// What one training step reports.
package struct TrainingProgress: Sendable, Equatable {
  /// Steps made, this one included.
  package let step: Int
  /// Of the batch, before the step changed the weights.
  package let fvu: Double
  /// AuxK before its weight; 0 while no latent is dead.
  package let auxiliary: Double
  package let l0: Double
  /// Latents that counted as dead in this step.
  package let dead: Int
  package let learningRate: Double
  /// The norm of all gradients together, before it was limited.
  package let gradientNorm: Double
  package let tokensPerSecond: Double
}
