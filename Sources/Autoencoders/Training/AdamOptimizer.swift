package import Tensors

/// Adam (Kingma and Ba 2015) in float32, without weight decay, in PyTorch's order of operations.
package struct AdamOptimizer: Sendable, Equatable {
  package static let firstDecay = 0.9
  package static let secondDecay = 0.999
  package static let epsilon = 1e-8

  /// The running means of the gradients and of their squares.
  package private(set) var first: AutoencoderParameters
  package private(set) var second: AutoencoderParameters
  /// Updates made so far.
  package private(set) var step: Int

  package init(latentCount: Int, inputSize: Int) {
    first = AutoencoderParameters(latentCount: latentCount, inputSize: inputSize)
    second = first
    step = 0
  }

  init(first: AutoencoderParameters, second: AutoencoderParameters, step: Int) {
    self.first = first
    self.second = second
    self.step = step
  }

  /// Moves `parameters` along `gradients` times `gradientScale`.
  package mutating func update(
    _ parameters: inout AutoencoderParameters, gradients: AutoencoderParameters,
    gradientScale: Float = 1, learningRate: Double, team: ThreadTeam
  ) {
    step += 1
    let next = AdamStep(
      number: step, learningRate: learningRate, firstDecay: Self.firstDecay,
      secondDecay: Self.secondDecay, epsilon: Self.epsilon, gradientScale: gradientScale)
    for (_, path, _) in AutoencoderParameters.fields {
      next.apply(
        to: &parameters[keyPath: path], gradient: gradients[keyPath: path],
        first: &first[keyPath: path], second: &second[keyPath: path], team: team)
    }
  }
}
