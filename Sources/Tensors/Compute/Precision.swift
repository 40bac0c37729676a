/// The arithmetic of matrix products with weights; everything else is float32.
package enum Precision: String, Sendable, CaseIterable {
  /// Products of float32 numbers: the mode held to the reference.
  case float32
  /// Activations rounded to bfloat16 where the weights are, float32 accumulation: see `Linear`.
  case bfloat16
}
