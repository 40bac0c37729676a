import Checkpoints
import Tensors

extension WeightScope {
  /// The linear layer `name.weight` `[rows, columns]`, with `name.bias` `[rows]` if it has one. In
  /// a scope with a quantiser its weights are 8-bit ones.
  func linear<Engine: Operators>(
    _ name: String, rows: Int, columns: Int, bias: Bool, engine: Engine
  ) throws -> Engine.Linear {
    try engine.linear(
      try linearMatrix("\(name).weight", rows: rows, columns: columns),
      bias: bias ? try vector("\(name).bias", count: rows) : nil)
  }
}
