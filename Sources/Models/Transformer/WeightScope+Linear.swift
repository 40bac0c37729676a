import Checkpoints
import Tensors

extension WeightScope {
  /// The linear layer `name.weight` `[rows, columns]`, with `name.bias` `[rows]` if it has one. In
  /// a scope with a quantiser its weights are 8-bit ones.
  func linear(
    _ name: String, rows: Int, columns: Int, bias: Bool, compute: Compute
  ) throws -> Linear {
    Linear(
      try linearMatrix("\(name).weight", rows: rows, columns: columns),
      bias: bias ? try vector("\(name).bias", count: rows) : nil, compute: compute)
  }
}
