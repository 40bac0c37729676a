package import Tensors

extension TorchOperators {
  package func activated(_ x: TorchArray, by activation: Activation) throws -> TorchArray {
    let a = try x.tensor()
    let y =
      switch activation {
      case .quickGELU: try a.times(a.times(1.702).sigmoid())
      case .gelu: try a.times(0.5).times(a.times(-Self.rootHalf).erfc())
      case .geluTanh: try a.times(Slope.geluTanh.exponent(a).sigmoid())
      case .silu: try a.silu()
      case .relu: try a.relu()
      }
    return like(x, y)
  }

  /// The gradient at x from the gradient at y.
  package func activationPullback(
    _ x: TorchArray, by activation: Activation, outputGradient: TorchArray
  ) throws -> TorchArray {
    requireShape(x, outputGradient)
    let (a, g) = (try x.tensor(), try outputGradient.tensor())
    switch activation {
    case .relu:
      let zero = try device.number(0)
      return like(x, try a.isAbove(zero).choosing(g, zero))
    case .gelu:
      let share = try a.times(-Self.rootHalf).erfc().times(0.5)
      let density = try a.times(a).times(-0.5).exp().times(Self.normalDensity)
      return like(x, try g.times(share.plus(a.times(density))))
    case .quickGELU: return like(x, try sigmoidGradient(a, g, .quickGELU))
    case .geluTanh: return like(x, try sigmoidGradient(a, g, .geluTanh))
    case .silu: return like(x, try sigmoidGradient(a, g, .silu))
    }
  }

  /// activation(gate) ⊙ up, all `[T, F]`.
  package func gated(
    _ gate: TorchArray, up: TorchArray, by activation: GateActivation
  ) throws -> TorchArray {
    requireShape(gate, up)
    let active = try activated(gate, by: activation.activation)
    return like(gate, try active.tensor().times(up.tensor()))
  }

  /// The gradients at gate and up; with `sharing` the sigmoid is a constant and the product's
  /// gradient is halved to each factor.
  package func gatedPullback(
    _ gate: TorchArray, up: TorchArray, by activation: GateActivation,
    outputGradient: TorchArray, sharing: Bool
  ) throws -> (gate: TorchArray, up: TorchArray) {
    requireShape(gate, up)
    requireShape(gate, outputGradient)
    let (a, u, g) = (try gate.tensor(), try up.tensor(), try outputGradient.tensor())
    let slope = Slope(activation)
    if sharing {
      let half = try slope.exponent(a).sigmoid().times(0.5).times(g)
      return (like(gate, try half.times(u)), like(up, try half.times(a)))
    }
    let active = try activated(gate, by: activation.activation).tensor()
    return (
      like(gate, try sigmoidGradient(a, g.times(u), slope)), like(up, try g.times(active))
    )
  }

  private static let rootHalf: Float = 0.70710678118654752
  private static let normalDensity: Float = 0.39894228040143268

  /// The gradient at a of a·sigmoid(z(a)) from that behind it: g (s + a s (1 − s) z').
  private func sigmoidGradient(
    _ a: TorchTensor, _ g: TorchTensor, _ slope: Slope
  ) throws -> TorchTensor {
    let s = try slope.exponent(a).sigmoid()
    let inner = try g.times(a).throughSigmoid(s)
    return try g.times(s).plus(slope.through(inner, a))
  }
}

/// z in x·sigmoid(z(x)).
private enum Slope {
  case silu
  case quickGELU
  case geluTanh

  init(_ activation: GateActivation) {
    self =
      switch activation {
      case .silu: .silu
      case .geluTanh: .geluTanh
      }
  }

  /// 2√(2/π), as (1 + tanh u) / 2 = sigmoid(2 u).
  private static let factor: Float = 1.5957691216057308

  func exponent(_ a: TorchTensor) throws -> TorchTensor {
    switch self {
    case .silu: a
    case .quickGELU: try a.times(1.702)
    case .geluTanh:
      try a.times(a).times(a).times(0.044715).plus(a).times(Self.factor)
    }
  }

  /// g·z'(a).
  func through(_ g: TorchTensor, _ a: TorchTensor) throws -> TorchTensor {
    switch self {
    case .silu: g
    case .quickGELU: try g.times(1.702)
    case .geluTanh:
      try a.times(a).times(0.134145).plus(1).times(Self.factor).times(g)
    }
  }
}
