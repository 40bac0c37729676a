import Checkpoints
import Tensors

/// The gated feed-forward half of a decoder block: down(silu(gate x) ⊙ up x).
///
/// Rows are taken in tiles, so that the `[t, F]` intermediates never exist for a whole prompt.
struct LlamaMLP: Sendable {
  /// Rows a tile: enough to keep the products efficient, few enough that three `[tile, F]`
  /// buffers of an 8-billion-parameter model stay below 100 MB.
  static let tileRows = 512

  let gate: Linear  // gate_proj [F, D]
  let up: Linear  // up_proj [F, D]
  let down: Linear  // down_proj [D, F]
  let team: ThreadTeam

  init(_ model: TextConfiguration, weights: WeightScope, compute: Compute) throws {
    let (D, F) = (model.hiddenSize, model.intermediateSize)
    let bias = model.feedForwardBias
    gate = try weights.linear("gate_proj", rows: F, columns: D, bias: bias, compute: compute)
    up = try weights.linear("up_proj", rows: F, columns: D, bias: bias, compute: compute)
    down = try weights.linear("down_proj", rows: D, columns: F, bias: bias, compute: compute)
    team = compute.team
  }

  /// x `[t, D]` → `[t, D]`.
  func callAsFunction(_ x: Matrix, cancellation: Cancellation) throws -> Matrix {
    try x.mapTiles(of: Self.tileRows) { tile, _ in
      try cancellation.check()
      return down(siluGate(gate: gate(tile), up: up(tile), team: team))
    }
  }

  /// The gradient at x `[t, D]`; gate and up are computed again rather than kept.
  func pullback(_ x: Matrix, outputGradient: Matrix, cancellation: Cancellation) throws -> Matrix {
    try x.mapTiles(of: Self.tileRows) { tile, rows in
      try cancellation.check()
      let inner = siluGatePullback(
        gate: gate(tile), up: up(tile),
        outputGradient: down.pullback(outputGradient.slice(rows: rows)), team: team)
      return gate.pullback(inner.gate) + up.pullback(inner.up)
    }
  }
}
