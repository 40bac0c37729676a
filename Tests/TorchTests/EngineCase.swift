import Tensors

/// What two engines compute of the same numbers by the same steps.
protocol EngineCase: Sendable {
  var name: String { get }
  /// The size of terms that cancel where a result would be zero but for rounding.
  var terms: Float { get }
  /// Whether a bfloat16 result is rounded elsewhere than the host's.
  var roundsElsewhere: Bool { get }
  func results<Engine: Operators>(_ engine: Engine) throws -> [String: Matrix]
}

extension EngineCase {
  var terms: Float { 0 }
  var roundsElsewhere: Bool { false }
}

struct NormCase: EngineCase {
  let rows: Int
  let columns: Int
  var name: String { "norms of [\(rows), \(columns)]" }
  // One column is its own mean and its own root mean square: what cancels is multiplied by
  // 1/√epsilon.
  var terms: Float { columns == 1 ? 316 : 0 }

  func results<Engine: Operators>(_ engine: Engine) throws -> [String: Matrix] {
    let x = try engine.rows(random(rows, columns, seed: 1))
    let g = try engine.rows(random(rows, columns, seed: 2))
    let weight = try engine.vector(random(1, columns, seed: 3).values)
    let bias = try engine.vector(random(1, columns, seed: 4).values)
    func pullback(_ holdingScale: Bool) throws -> Matrix {
      try engine.matrix(
        engine.rmsNormPullback(
          x, weight: weight, epsilon: 1e-5, outputGradient: g, holdingScale: holdingScale))
    }
    return [
      "rmsNorm": try engine.matrix(engine.rmsNorm(x, weight: weight, epsilon: 1e-5)),
      "rmsNormPullback": try pullback(false),
      "held rmsNormPullback": try pullback(true),
      "layerNorm": try engine.matrix(
        engine.layerNorm(x, weight: weight, bias: bias, epsilon: 1e-5)),
      "layerNormPullback": try engine.matrix(
        engine.layerNormPullback(x, weight: weight, epsilon: 1e-5, outputGradient: g)),
    ]
  }
}

struct GateCase: EngineCase {
  let rows: Int
  let columns: Int
  var name: String { "gates and activations of [\(rows), \(columns)]" }

  func results<Engine: Operators>(_ engine: Engine) throws -> [String: Matrix] {
    // To ±16, where sigmoids are flat.
    let gate = try engine.rows(random(rows, columns, seed: 1).scaled(by: 8))
    let up = try engine.rows(random(rows, columns, seed: 2))
    let g = try engine.rows(random(rows, columns, seed: 3))
    var results: [String: Matrix] = [:]
    for activation in GateActivation.allCases {
      results["gated by \(activation)"] = try engine.matrix(
        engine.gated(gate, up: up, by: activation))
      for sharing in [false, true] {
        let found = try engine.gatedPullback(
          gate, up: up, by: activation, outputGradient: g, sharing: sharing)
        results["\(activation), sharing \(sharing), gate"] = try engine.matrix(found.gate)
        results["\(activation), sharing \(sharing), up"] = try engine.matrix(found.up)
      }
    }
    for activation in Activation.allCases {
      results["\(activation)"] = try engine.matrix(engine.activated(gate, by: activation))
      results["\(activation) pullback"] = try engine.matrix(
        engine.activationPullback(gate, by: activation, outputGradient: g))
    }
    return results
  }
}

struct RotaryCase: EngineCase {
  let rows: Int
  let heads: Int
  let size: Int
  let positions: RowPositions
  var axes: [Int]?
  var scale: Float = 1
  var name: String { "rotation of \(rows) rows of \(heads) × \(size), axes \(axes ?? [])" }

  func results<Engine: Operators>(_ engine: Engine) throws -> [String: Matrix] {
    let embedding = RotaryEmbedding(
      headSize: size,
      inverseFrequencies: (0..<size / 2).map { 1 / (1 + 0.7 * Float($0) * Float($0)) },
      scale: scale, axes: axes)
    let x = try engine.rows(random(rows, heads * size, seed: 1))
    return [
      "rotated": try engine.matrix(engine.rotated(x, by: embedding, at: positions)),
      "pullback": try engine.matrix(engine.rotationPullback(x, by: embedding, at: positions)),
    ]
  }
}

struct ArithmeticCase: EngineCase {
  let rows: Int
  let columns: Int
  var name: String { "arithmetic of [\(rows), \(columns)]" }

  func results<Engine: Operators>(_ engine: Engine) throws -> [String: Matrix] {
    let a = try engine.rows(random(rows, columns, seed: 1))
    let b = try engine.rows(random(rows, columns, seed: 2))
    let half = rows / 2
    var added = a
    try engine.add(b.slice(rows: half..<rows), to: &added, atRow: half)
    var first = a
    try engine.add(b.slice(rows: 0..<half), to: &first, atRow: 0)
    var all = a
    try engine.add(b, to: &all, atRow: 0)
    let rounded = try engine.rounded(a)
    let both = try engine.stacked([rounded.slice(rows: half..<rows), engine.rounded(b)])
    return [
      "sum": try engine.matrix(engine.sum(a, b)),
      "difference": try engine.matrix(engine.difference(a, b)),
      "added to the last rows": try engine.matrix(added),
      "added to the first rows": try engine.matrix(first),
      "added to all rows": try engine.matrix(all),
      "scaled": try engine.matrix(
        engine.scaled(a, columnsBy: engine.vector(random(1, columns, seed: 3).values))),
      "stacked": try engine.matrix(engine.stacked([a, b.slice(rows: 0..<half), b])),
      "floats": try engine.matrix(engine.floats(rounded, rows: half..<rows)),
      "stacked rounded": try engine.matrix(
        engine.floats(both, rows: 1..<rows - half + rows)),
      "reshaped": try engine.matrix(a.reshaped(columns: 1)),
    ]
  }
}

struct LinearCase: EngineCase {
  let type: ScalarType
  let rows: Int
  let inputs: Int
  let outputs: Int
  let hasBias: Bool
  var name: String {
    "\(type) [\(outputs), \(inputs)] of \(rows) rows\(hasBias ? " with a bias" : "")"
  }

  func results<Engine: Operators>(_ engine: Engine) throws -> [String: Matrix] {
    let layer = try engine.linear(
      weights(type, random(outputs, inputs, seed: 1)),
      bias: hasBias ? random(1, outputs, seed: 2).values : nil)
    let x = try engine.rows(random(rows, inputs, seed: 3))
    let g = try engine.rows(random(rows, outputs, seed: 4))
    let share = try layer.biasShare(g)
    return [
      "output": try engine.matrix(layer(x)),
      "without bias": try engine.matrix(layer.withoutBias(x)),
      "pullback": try engine.matrix(layer.pullback(g)),
      "biasShare": Matrix(rows: 1, columns: 1, values: [Float(share)]),
    ]
  }
}

struct AttentionCase: EngineCase {
  var heads = 4
  var groups = 2
  var size = 32
  var queries = 70
  var keys = 70
  var first = 0
  var causal = true
  var window: Int?
  /// Positions that see each other both ways.
  var span = 0..<0
  var scale: Float?
  var name: String {
    "H \(heads) G \(groups) d \(size) T \(queries) S \(keys) first \(first) causal \(causal) W "
      + "\(window ?? 0) span \(span) scale \(scale ?? 0)"
  }

  // The weight of a single key does not depend on the query.
  var terms: Float { keys == 1 ? 2 : 0 }
  // The host's weights are rounded relative to the largest score of the keys so far, 64 at a time,
  // and come of a polynomial, so that one between two numbers of bfloat16 may fall to the other.
  var roundsElsewhere: Bool { keys > 1 }

  var shape: AttentionShape {
    AttentionShape(
      queryHeads: heads, keyValueHeads: groups, headSize: size, scale: scale, causal: causal,
      window: window)
  }
  var keyEnds: [Int]? {
    span.isEmpty
      ? nil : (first..<first + queries).map { span.contains($0) ? span.upperBound : $0 + 1 }
  }

  func results<Engine: Operators>(_ engine: Engine) throws -> [String: Matrix] {
    let q = try engine.rows(random(queries, heads * size, seed: 1))
    // As a cache keeps them.
    var (k, v) = (
      try engine.noKeys(columns: groups * size), try engine.noKeys(columns: groups * size)
    )
    try k.append(engine.rows(random(keys, groups * size, seed: 2)))
    try v.append(engine.rows(random(keys, groups * size, seed: 3)))
    let g = try engine.rows(random(queries, heads * size, seed: 4))
    let (output, logSumExp) = try engine.attention(
      q, k, v, shape: shape, firstQueryPosition: first, keyEnds: keyEnds, cancellation: .never)
    let gradient = try engine.attentionPullback(
      q, k, v, output: output, logSumExp: logSumExp, shape: shape, firstQueryPosition: first,
      keyEnds: keyEnds, outputGradient: g)
    return [
      "output": try engine.matrix(output), "logSumExp": try engine.matrix(logSumExp),
      "q": try engine.matrix(gradient.q), "k": try engine.matrix(gradient.k),
      "v": try engine.matrix(gradient.v),
    ]
  }

  static let all = [
    AttentionCase(), AttentionCase(size: 64, queries: 130, keys: 130),
    AttentionCase(heads: 8, groups: 1), AttentionCase(queries: 1, keys: 200, first: 199),
    AttentionCase(queries: 7, keys: 129, first: 122), AttentionCase(queries: 1, keys: 1),
    AttentionCase(heads: 3, groups: 3, queries: 65, keys: 65, causal: false),
    AttentionCase(heads: 3, groups: 3, queries: 65, keys: 20, causal: false),
    AttentionCase(queries: 150, keys: 150, window: 40), AttentionCase(size: 22),
    AttentionCase(heads: 4, groups: 4, size: 48), AttentionCase(heads: 5, groups: 1, size: 6),
    AttentionCase(heads: 2, groups: 1, size: 128, queries: 33, keys: 64, first: 31),
    AttentionCase(queries: 150, keys: 150, span: 3..<140, scale: 0.1),
    AttentionCase(size: 64, queries: 100, keys: 150, first: 50, window: 20, span: 60..<140),
    AttentionCase(heads: 2, groups: 2, size: 16, queries: 1_030, keys: 1_100, first: 70),
    AttentionCase(
      heads: 2, groups: 1, size: 16, queries: 1_030, keys: 1_030, window: 300, span: 500..<530),
    // Its last queries stand so far behind the keys that their windows see none.
    AttentionCase(queries: 30, keys: 40, first: 30, window: 8),
  ]
}
