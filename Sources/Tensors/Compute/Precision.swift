/// The arithmetic of matrix products with weights; everything else is float32.
package enum Precision: String, Sendable, CaseIterable {
  /// Products of float32 numbers: the mode held to the reference.
  case float32
  /// Activations rounded to bfloat16 where the weights are, float32 accumulation: see `Linear`.
  case bfloat16
  /// As bfloat16, and a decoder's projections and head have 8-bit weights, a scale a row, made from
  /// those of the checkpoint: half the bytes to read for every generated token, at the cost of
  /// weights that are off by up to 1/254 of their row's largest.
  case int8

  /// Whether activations are rounded to bfloat16 for products with weights
  /// that are bfloat16 numbers.
  var roundsActivations: Bool { self != .float32 }
}
