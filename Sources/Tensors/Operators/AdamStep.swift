import CKernels

/// One step of Adam (Kingma and Ba 2015, algorithm 1) in float32, without weight decay, in
/// PyTorch's order of operations: factors are made in float64, and the square root is divided by
/// its correction before ε is added.
package struct AdamStep: Sendable {
  private let rule: kernel_adam

  /// - Parameters:
  ///   - number: which step this is, from 1.
  ///   - gradientScale: what gradients are multiplied with first.
  package init(
    number: Int, learningRate: Double, firstDecay: Double = 0.9, secondDecay: Double = 0.999,
    epsilon: Double = 1e-8, gradientScale: Float = 1
  ) {
    precondition(number >= 1, "step \(number) of Adam, whose first is 1")
    rule = kernel_adam(
      gradient_scale: gradientScale, first_rest: Float(1 - firstDecay),
      second_decay: Float(secondDecay), second_rest: Float(1 - secondDecay),
      rate: Float(learningRate / (1 - Self.power(firstDecay, number))),
      correction: Float((1 - Self.power(secondDecay, number)).squareRoot()),
      epsilon: Float(epsilon))
  }

  /// Moves `parameter` along `gradient`; `first` and `second` are the running means of the gradient
  /// and of its square. All have the same shape.
  package func apply(
    to parameter: inout Matrix, gradient: Matrix, first: inout Matrix, second: inout Matrix,
    team: ThreadTeam? = nil, path: KernelPath = .best
  ) {
    let (rows, columns) = (parameter.rows, parameter.columns)
    precondition(
      [gradient, first, second].allSatisfy { $0.rows == rows && $0.columns == columns },
      "a gradient or mean that is not [\(rows), \(columns)]")
    unsafe parameter.withMutablePointer { p in
      unsafe first.withMutablePointer { m in
        unsafe second.withMutablePointer { v in
          unsafe gradient.withPointer { gradient in
            nonisolated(unsafe) let (p, m, v, g) = unsafe (p, m, v, gradient)
            // Elements, not rows: biases are single long rows.
            forRowRanges(rows: rows * columns, columns: 1, team: team) { range in
              let begin = range.lowerBound
              unsafe withUnsafePointer(to: rule) { rule in
                unsafe kernel_adam(
                  path.code, rule, g + begin, p + begin, m + begin, v + begin, range.count)
              }
            }
          }
        }
      }
    }
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
}
