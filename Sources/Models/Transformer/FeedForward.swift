import Checkpoints
import Tensors

/// The gated feed-forward half of a decoder block, or of a tower's layer:
/// down(activation(gate x) ⊙ up x).
///
/// Rows are taken in tiles, so that the `[t, F]` intermediates never exist for a whole prompt.
struct FeedForward<Engine: Operators>: Sendable {
  /// The most rows of a tile: enough to keep the products efficient, few enough that three `[tile,
  /// F]` buffers of an 8-billion-parameter model stay below 150 MB.
  static var tileRows: Int { 768 }

  let gate: Engine.Linear  // gate_proj [F, D]
  let up: Engine.Linear  // up_proj [F, D]
  let down: Engine.Linear  // down_proj [D, F]
  let activation: GateActivation
  private let engine: Engine

  init(_ recipe: DecoderRecipe, weights: WeightScope, engine: Engine) throws {
    try self.init(
      hiddenSize: recipe.hiddenSize, intermediateSize: recipe.intermediateSize,
      bias: recipe.biases.feedForward, activation: recipe.gate, weights: weights, engine: engine)
  }

  init(
    hiddenSize D: Int, intermediateSize F: Int, bias: Bool, activation: GateActivation,
    weights: WeightScope, engine: Engine
  ) throws {
    gate = try weights.linear("gate_proj", rows: F, columns: D, bias: bias, engine: engine)
    up = try weights.linear("up_proj", rows: F, columns: D, bias: bias, engine: engine)
    down = try weights.linear("down_proj", rows: D, columns: F, bias: bias, engine: engine)
    self.activation = activation
    self.engine = engine
  }

  /// Whether products are in bfloat16, so that what is kept may be.
  var keepsRounded: Bool { engine.roundsProducts }

  /// What may be kept of a forward pass, so that its pullback computes neither again.
  struct Saved: Sendable {
    let gate: Engine.RoundedRows  // [t, F], before the activation
    let up: Engine.RoundedRows  // [t, F]

    var byteCount: Int { gate.byteCount + up.byteCount }
  }

  /// x `[t, D]` → `[t, D]`.
  func callAsFunction(_ x: Engine.Rows, cancellation: Cancellation) throws -> Engine.Rows {
    try x.mapTiles(of: tileRows(x.rows)) { tile, _ in
      let (lower, upper) = try halves(of: tile, cancellation: cancellation)
      return try down(engine.gated(lower, up: upper, by: activation))
    }
  }

  /// The same, keeping what the pullback needs. Only with products in bfloat16, to which gate and
  /// up are rounded for the pullback whether they are kept or not.
  func saving(_ x: Engine.Rows, cancellation: Cancellation) throws -> (
    output: Engine.Rows, saved: Saved
  ) {
    var kept: [(gate: Engine.RoundedRows, up: Engine.RoundedRows)] = []
    let output = try x.mapTiles(of: tileRows(x.rows)) { tile, _ in
      let (lower, upper) = try halves(of: tile, cancellation: cancellation)
      kept.append((try engine.rounded(lower), try engine.rounded(upper)))
      return try down(engine.gated(lower, up: upper, by: activation))
    }
    let saved = Saved(
      gate: try engine.stacked(kept.map(\.gate)), up: try engine.stacked(kept.map(\.up)))
    return (output, saved)
  }

  /// The gradient at x `[t, D]`; gate and up are computed again where they were not kept. What
  /// reaches the biases is added to `biasShare`.
  func pullback(
    _ x: Engine.Rows, saved: Saved?, outputGradient: Engine.Rows, rule: PullbackRule,
    biasShare: inout Double, cancellation: Cancellation
  ) throws -> Engine.Rows {
    biasShare += try down.biasShare(outputGradient)
    return try x.mapTiles(of: tileRows(x.rows)) { tile, rows in
      let lower: Engine.Rows
      let upper: Engine.Rows
      if let saved {
        (lower, upper) = (
          try engine.floats(saved.gate, rows: rows), try engine.floats(saved.up, rows: rows)
        )
      } else {
        let values = try halves(of: tile, cancellation: cancellation)
        (lower, upper) = (try asKept(values.gate), try asKept(values.up))
      }
      try cancellation.check()
      let inner = try engine.gatedPullback(
        lower, up: upper, by: activation,
        outputGradient: down.pullback(outputGradient.slice(rows: rows)),
        sharing: rule.sharesGates)
      biasShare += try gate.biasShare(inner.gate) + up.biasShare(inner.up)
      try cancellation.check()
      let gateShare = try gate.pullback(inner.gate)
      try cancellation.check()
      return try engine.sum(gateShare, up.pullback(inner.up))
    }
  }

  /// gate x and up x. Cancellation is seen between any two products: at full size one takes a tenth
  /// of a second.
  private func halves(
    of tile: Engine.Rows, cancellation: Cancellation
  ) throws -> (gate: Engine.Rows, up: Engine.Rows) {
    try cancellation.check()
    let lower = try gate(tile)
    try cancellation.check()
    let upper = try up(tile)
    try cancellation.check()
    return (lower, upper)
  }

  /// The values a pullback would find in `Saved`: what memory allowed must not show in a gradient.
  private func asKept(_ values: Engine.Rows) throws -> Engine.Rows {
    guard keepsRounded else { return values }
    return try engine.floats(engine.rounded(values), rows: 0..<values.rows)
  }

  /// Rows a tile when `rows` are shared out evenly: a short last tile would stream the weights for
  /// little.
  private func tileRows(_ rows: Int) -> Int {
    let tiles = max(1, (rows + Self.tileRows - 1) / Self.tileRows)
    return max(1, (rows + tiles - 1) / tiles)
  }
}
