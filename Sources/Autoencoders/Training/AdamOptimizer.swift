package import Tensors

/// Adam (Kingma and Ba 2015) in float32, without weight decay, in PyTorch's order of operations.
package struct AdamOptimizer: Sendable, Equatable {
  package static let firstDecay = 0.9
  package static let secondDecay = 0.999
  package static let epsilon: Float = 1e-8

  /// The running means of the gradients and of their squares.
  package private(set) var first: AutoencoderParameters
  package private(set) var second: AutoencoderParameters
  /// Updates made so far.
  package private(set) var step: Int

  package init(latents: Int, inputSize: Int) {
    first = AutoencoderParameters(latents: latents, inputSize: inputSize)
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
    let rule = AdamRule(step: step, learningRate: learningRate, gradientScale: gradientScale)
    for (_, path, _) in AutoencoderParameters.fields {
      rule.apply(
        to: &parameters[keyPath: path], gradient: gradients[keyPath: path],
        first: &first[keyPath: path], second: &second[keyPath: path], team: team)
    }
  }
}

/// The numbers of one step, and the loop that applies them.
private struct AdamRule: Sendable {
  let gradientScale: Float
  let rate: Float
  let correction: Float
  let first = Float(AdamOptimizer.firstDecay)
  let second = Float(AdamOptimizer.secondDecay)

  init(step: Int, learningRate: Double, gradientScale: Float) {
    self.gradientScale = gradientScale
    rate = Float(learningRate / (1 - Self.power(AdamOptimizer.firstDecay, step)))
    correction = Float((1 - Self.power(AdamOptimizer.secondDecay, step)).squareRoot())
  }

  private static func power(_ base: Double, _ exponent: Int) -> Double {
    var (result, square, rest) = (1.0, base, exponent)
    while rest > 0 {
      if rest & 1 == 1 { result *= square }
      square *= square
      rest >>= 1
    }
    return result
  }

  func apply(
    to parameter: inout Matrix, gradient: Matrix, first: inout Matrix, second: inout Matrix,
    team: ThreadTeam
  ) {
    let count = parameter.rows * parameter.columns
    unsafe parameter.withMutableElements { parameter in
      unsafe first.withMutableElements { first in
        unsafe second.withMutableElements { second in
          unsafe gradient.withElements { gradient in
            unsafe run(parameter, first, second, gradient, count, team)
          }
        }
      }
    }
  }

  private func run(
    _ parameter: UnsafeMutablePointer<Float>, _ first: UnsafeMutablePointer<Float>,
    _ second: UnsafeMutablePointer<Float>, _ gradient: UnsafePointer<Float>, _ count: Int,
    _ team: ThreadTeam
  ) {
    nonisolated(unsafe) let (p, m) = unsafe (parameter, first)
    nonisolated(unsafe) let (v, gradient) = unsafe (second, gradient)
    let parts = count < 1 << 14 ? 1 : team.threadCount
    team.run(parts) { part in
      for i in (count * part / parts)..<(count * (part + 1) / parts) {
        let g = unsafe gradient[i] * gradientScale
        let mean = unsafe m[i] + (g - m[i]) * (1 - self.first)
        let square = unsafe v[i] * self.second + g * g * (1 - self.second)
        unsafe m[i] = mean
        unsafe v[i] = square
        unsafe p[i] -= rate * mean / (square.squareRoot() / correction + AdamOptimizer.epsilon)
      }
    }
  }
}
