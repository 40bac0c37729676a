import Checkpoints
import Tensors

extension WeightScope {
  /// The linear layer `name.weight` `[rows, columns]`, with `name.bias` `[rows]` if it has one.
  func linear(
    _ name: String, rows: Int, columns: Int, bias: Bool, compute: Compute
  ) throws(CheckpointError) -> Linear {
    Linear(
      try matrix("\(name).weight", rows: rows, columns: columns),
      bias: bias ? try vector("\(name).bias", count: rows) : nil, compute: compute)
  }
}
