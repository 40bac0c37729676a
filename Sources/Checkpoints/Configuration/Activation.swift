/// The activation functions of the supported models, by their names in a configuration.
package enum Activation: String, Sendable {
  /// x · sigmoid(x)
  case silu
  /// The exact Gaussian error linear unit, through erf.
  case gelu
  /// x · sigmoid(1.702 x)
  case quickGELU = "quick_gelu"
}
