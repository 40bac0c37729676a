import CKernels

/// y = weight ⊙ x (mean(x²) + epsilon)^-½ for each row of x `[T, D]` (Zhang and Sennrich 2019;
/// `LlamaRMSNorm` of transformers).
package func rmsNorm(
  _ x: Matrix, weight: [Float], epsilon: Float, team: ThreadTeam? = nil,
  path: KernelPath = .best
) -> Matrix {
  precondition(weight.count == x.columns, "\(weight.count) weights for rows of \(x.columns)")
  return unsafe x.mapRows(team: team) { source, y, rows in
    unsafe kernel_rms_norm(path.code, source, weight, epsilon, y, rows, x.columns)
  }
}

/// The gradient at x `[T, D]` from the gradient at y. With `holdingScale` each row's factor
/// (mean(x²) + epsilon)^-½ counts as a constant, so that Σ x·dx = Σ y·dy, where the
/// derivative's is nearly zero.
package func rmsNormPullback(
  _ x: Matrix, weight: [Float], epsilon: Float, outputGradient: Matrix, holdingScale: Bool = false,
  team: ThreadTeam? = nil, path: KernelPath = .best
) -> Matrix {
  precondition(weight.count == x.columns, "\(weight.count) weights for rows of \(x.columns)")
  let kernel =
    unsafe holdingScale ? kernel_rms_norm_held_pullback : kernel_rms_norm_pullback
  return unsafe x.mapRows(with: outputGradient, team: team) { source, g, dx, rows in
    unsafe kernel(path.code, source, weight, epsilon, g, dx, rows, x.columns)
  }
}

/// y = weight ⊙ (x − mean) (variance + epsilon)^-½ + bias for each row of x `[T, D]`.
package func layerNorm(
  _ x: Matrix, weight: [Float], bias: [Float], epsilon: Float, team: ThreadTeam? = nil,
  path: KernelPath = .best
) -> Matrix {
  precondition(
    weight.count == x.columns && bias.count == x.columns,
    "\(weight.count) weights and \(bias.count) biases for rows of \(x.columns)")
  return unsafe x.mapRows(team: team) { source, y, rows in
    unsafe kernel_layer_norm(
      path.code, source, weight, bias, epsilon, y, rows, x.columns)
  }
}

/// The gradient at x `[T, D]` from the gradient at y.
package func layerNormPullback(
  _ x: Matrix, weight: [Float], epsilon: Float, outputGradient: Matrix, team: ThreadTeam? = nil,
  path: KernelPath = .best
) -> Matrix {
  precondition(weight.count == x.columns, "\(weight.count) weights for rows of \(x.columns)")
  return unsafe x.mapRows(with: outputGradient, team: team) { source, g, dx, rows in
    unsafe kernel_layer_norm_pullback(
      path.code, source, weight, epsilon, g, dx, rows, x.columns)
  }
}
