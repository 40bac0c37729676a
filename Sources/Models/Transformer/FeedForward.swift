import Checkpoints
import Tensors

/// The gated feed-forward half of a decoder block, or of a tower's layer:
/// down(activation(gate x) ⊙ up x).
///
/// Rows are taken in tiles, so that the `[t, F]` intermediates never exist for a whole prompt.
struct FeedForward: Sendable {
  /// The most rows of a tile: enough to keep the products efficient, few enough that three `[tile,
  /// F]` buffers of an 8-billion-parameter model stay below 150 MB.
  static let tileRows = 768

  let gate: Linear  // gate_proj [F, D]
  let up: Linear  // up_proj [F, D]
  let down: Linear  // down_proj [D, F]
  let activation: GateActivation
  let team: ThreadTeam
  /// Whether products are in bfloat16, so that what is kept may be.
  let keepsRounded: Bool

  init(_ recipe: DecoderRecipe, weights: WeightScope, compute: Compute) throws {
    try self.init(
      hiddenSize: recipe.hiddenSize, intermediateSize: recipe.intermediateSize,
      bias: recipe.biases.feedForward, activation: recipe.gate, weights: weights, compute: compute)
  }

  init(
    hiddenSize D: Int, intermediateSize F: Int, bias: Bool, activation: GateActivation,
    weights: WeightScope, compute: Compute
  ) throws {
    gate = try weights.linear("gate_proj", rows: F, columns: D, bias: bias, compute: compute)
    up = try weights.linear("up_proj", rows: F, columns: D, bias: bias, compute: compute)
    down = try weights.linear("down_proj", rows: D, columns: F, bias: bias, compute: compute)
    self.activation = activation
    team = compute.team
    keepsRounded = compute.precision != .float32
  }

  /// What may be kept of a forward pass, so that its pullback computes neither again.
  struct Saved: Sendable {
    let gate: RoundedMatrix  // [t, F], before the activation
    let up: RoundedMatrix  // [t, F]

    var byteCount: Int { gate.byteCount + up.byteCount }
  }

  /// x `[t, D]` → `[t, D]`.
  func callAsFunction(_ x: Matrix, cancellation: Cancellation) throws -> Matrix {
    try x.mapTiles(of: tileRows(x.rows)) { tile, _ in
      let (lower, upper) = try halves(of: tile, cancellation: cancellation)
      return down(gated(lower, up: upper, by: activation, team: team))
    }
  }

  /// The same, keeping what the pullback needs. Only with products in bfloat16, to which gate and
  /// up are rounded for the pullback whether they are kept or not.
  func saving(_ x: Matrix, cancellation: Cancellation) throws -> (output: Matrix, saved: Saved) {
    var kept: [(gate: RoundedMatrix, up: RoundedMatrix)] = []
    let output = try x.mapTiles(of: tileRows(x.rows)) { tile, _ in
      let (lower, upper) = try halves(of: tile, cancellation: cancellation)
      kept.append((RoundedMatrix(lower), RoundedMatrix(upper)))
      return down(gated(lower, up: upper, by: activation, team: team))
    }
    let saved = Saved(
      gate: RoundedMatrix(stacking: kept.map(\.gate)), up: RoundedMatrix(stacking: kept.map(\.up)))
    return (output, saved)
  }

  /// The gradient at x `[t, D]`; gate and up are computed again where they were not kept. What
  /// reaches the biases is added to `biasShare`.
  func pullback(
    _ x: Matrix, saved: Saved?, outputGradient: Matrix, rule: PullbackRule,
    biasShare: inout Double, cancellation: Cancellation
  ) throws -> Matrix {
    biasShare += down.biasShare(outputGradient)
    return try x.mapTiles(of: tileRows(x.rows)) { tile, rows in
      let lower: Matrix
      let upper: Matrix
      if let saved {
        (lower, upper) = (saved.gate.floats(rows: rows), saved.up.floats(rows: rows))
      } else {
        let values = try halves(of: tile, cancellation: cancellation)
        (lower, upper) = (asKept(values.gate), asKept(values.up))
      }
      try cancellation.check()
      let inner = gatedPullback(
        lower, up: upper, by: activation,
        outputGradient: down.pullback(outputGradient.slice(rows: rows)),
        sharing: rule.sharesGates, team: team)
      biasShare += gate.biasShare(inner.gate) + up.biasShare(inner.up)
      try cancellation.check()
      let gateShare = gate.pullback(inner.gate)
      try cancellation.check()
      return gateShare + up.pullback(inner.up)
    }
  }

  /// gate x and up x. Cancellation is seen between any two products: at full size one takes a tenth
  /// of a second.
  private func halves(
    of tile: Matrix, cancellation: Cancellation
  ) throws -> (gate: Matrix, up: Matrix) {
    try cancellation.check()
    let lower = gate(tile)
    try cancellation.check()
    let upper = up(tile)
    try cancellation.check()
    return (lower, upper)
  }

  /// The values a pullback would find in `Saved`: what memory allowed must not show in a gradient.
  private func asKept(_ values: Matrix) -> Matrix {
    keepsRounded ? RoundedMatrix(values).floats(rows: 0..<values.rows) : values
  }

  /// Rows a tile when `rows` are shared out evenly: a short last tile would stream the weights for
  /// little.
  private func tileRows(_ rows: Int) -> Int {
    let tiles = max(1, (rows + Self.tileRows - 1) / Self.tileRows)
    return max(1, (rows + tiles - 1) / tiles)
  }
}
