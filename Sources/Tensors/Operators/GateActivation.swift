/// What the gate of a feed-forward half goes through: x times a sigmoid.
package enum GateActivation: Sendable, CaseIterable {
  /// x·sigmoid(x)
  case silu
  /// x·(1 + tanh(√(2/π) (x + 0.044715 x³))) / 2
  case geluTanh

  /// The function alone.
  package var activation: Activation {
    switch self {
    case .silu: .silu
    case .geluTanh: .geluTanh
    }
  }

  /// Its number among the kernels.
  var code: Int32 { activation.code }
}
