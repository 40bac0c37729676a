import CKernels

/// Elementwise non-linear functions, by their meaning in transformers' `ACT2FN`.
package enum Activation: Sendable, CaseIterable {
  /// x·sigmoid(1.702 x)
  case quickGELU
  /// x·Φ(x), with the normal distribution function
  case gelu
  /// x·(1 + tanh(√(2/π) (x + 0.044715 x³))) / 2
  case geluTanh
  /// x·sigmoid(x)
  case silu
  /// max(x, 0)
  case relu

  package func callAsFunction(_ x: Matrix, team: ThreadTeam? = nil, path: KernelPath = .best)
    -> Matrix
  {
    let code = code
    return unsafe x.mapRows(team: team) { source, target, rows in
      unsafe kernel_activate(path.code, code, source, target, rows * x.columns)
    }
  }

  /// The gradient at x from the gradient at y, of the same shape.
  package func pullback(
    _ x: Matrix, outputGradient: Matrix, team: ThreadTeam? = nil, path: KernelPath = .best
  ) -> Matrix {
    let code = code
    return unsafe x.mapRows(with: outputGradient, team: team) { source, g, dx, rows in
      unsafe kernel_activate_pullback(path.code, code, source, g, dx, rows * x.columns)
    }
  }

  /// Its number among the kernels.
  var code: Int32 {
    switch self {
    case .quickGELU: 0
    case .gelu: 1
    case .geluTanh: 2
    case .silu: 3
    case .relu: 4
    }
  }
}
