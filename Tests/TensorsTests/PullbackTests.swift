import Foundation
import Tensors
import Testing

/// Every pullback against central differences, in Double, of the operator's
/// formula written out here.
///
/// With h = 1e-4 the difference of a smooth function is off by some h² = 1e-8; what remains is
/// float32's rounding in the pullback.
@Suite struct PullbackTests {
  let compute = Compute(team: ThreadTeam(threadCount: 2), precision: .float32)

  /// The gradient at x of Σ g·f(x).
  func gradient(at x: Matrix, of g: Matrix, _ f: ([Double]) -> [Double]) -> Matrix {
    let start = x.values.map(Double.init)
    let weights = g.values.map(Double.init)
    let h = 1e-4
    let slopes = start.indices.map { i in
      var (above, below) = (start, start)
      above[i] += h
      below[i] -= h
      let (upper, lower) = (f(above), f(below))
      return Float(
        weights.indices.reduce(0) { $0 + weights[$1] * (upper[$1] - lower[$1]) } / (2 * h))
    }
    return Matrix(rows: x.rows, columns: x.columns, values: slopes)
  }

  func random(_ rows: Int, _ columns: Int, seed: UInt64) -> Matrix {
    var random = Numbers(seed: seed)
    return Matrix(
      rows: rows, columns: columns, values: (0..<rows * columns).map { _ in random.next() * 2 })
  }

  func rowwise(_ x: [Double], _ columns: Int, _ f: ([Double]) -> [Double]) -> [Double] {
    stride(from: 0, to: x.count, by: columns).flatMap { f(Array(x[$0..<$0 + columns])) }
  }

  @Test func normsPullBackTheirDifferences() {
    let (x, g) = (random(3, 19, seed: 1), random(3, 19, seed: 2))
    let weight = random(1, 19, seed: 3).row(0)
    let rms = rmsNormPullback(x, weight: weight, epsilon: 1e-3, outputGradient: g)
    let rmsExpected = gradient(at: x, of: g) { x in
      rowwise(x, 19) { row in
        let scale = 1 / (row.reduce(0) { $0 + $1 * $1 } / 19 + 1e-3).squareRoot()
        return row.indices.map { Double(weight[$0]) * row[$0] * scale }
      }
    }
    #expect(rms.relativeError(to: rmsExpected) < 1e-5)
    let layer = layerNormPullback(x, weight: weight, epsilon: 1e-3, outputGradient: g)
    let layerExpected = gradient(at: x, of: g) { x in
      rowwise(x, 19) { row in
        let mean = row.reduce(0, +) / 19
        let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 19
        return row.indices.map {
          Double(weight[$0]) * (row[$0] - mean) / (variance + 1e-3).squareRoot()
        }
      }
    }
    #expect(layer.relativeError(to: layerExpected) < 1e-5)
  }

  /// A gate's function in double precision, by the names that papers give it.
  private static func function(_ activation: GateActivation, _ x: Double) -> Double {
    switch activation {
    case .silu: x / (1 + exp(-x))
    case .geluTanh: x * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x))) / 2
    }
  }

  @Test(arguments: GateActivation.allCases)
  func gatePullsBackItsDifferences(activation: GateActivation) {
    let (gate, up, g) = (random(2, 21, seed: 1), random(2, 21, seed: 2), random(2, 21, seed: 3))
    let function = { (x: Double) in Self.function(activation, x) }
    let found = gatedPullback(gate, up: up, by: activation, outputGradient: g)
    let (gates, ups) = (gate.values.map(Double.init), up.values.map(Double.init))
    let gateExpected = gradient(at: gate, of: g) { x in
      x.indices.map { function(x[$0]) * ups[$0] }
    }
    let upExpected = gradient(at: up, of: g) { x in x.indices.map { function(gates[$0]) * x[$0] } }
    #expect(found.gate.relativeError(to: gateExpected) < 1e-5)
    #expect(found.up.relativeError(to: upExpected) < 1e-5)
  }

  /// With the sigmoid held the gate is a product of three factors, one a constant: halved to each
  /// of the other two, their shares add up to the output's.
  @Test(arguments: GateActivation.allCases)
  func sharedGradientsConserveTheOutput(activation: GateActivation) {
    let (gate, up, g) = (random(2, 21, seed: 1), random(2, 21, seed: 2), random(2, 21, seed: 3))
    let shares = gatedPullback(
      gate, up: up, by: activation, outputGradient: g, sharing: true)
    for index in gate.values.indices {
      let (a, u) = (Double(gate.values[index]), Double(up.values[index]))
      let half = Self.function(activation, a) * u * Double(g.values[index]) / 2
      #expect(abs(a * Double(shares.gate.values[index]) - half) < 1e-6)
      #expect(abs(u * Double(shares.up.values[index]) - half) < 1e-6)
    }
  }

  @Test func rotaryPullsBackItsDifferences() {
    let rotary = RotaryEmbedding(headSize: 6, inverseFrequencies: [1, 0.1, 0.01])
    let (x, g) = (random(2, 12, seed: 1), random(2, 12, seed: 2))
    let expected = gradient(at: x, of: g) { x in
      x.indices.map { i in
        let (row, lane) = (i / 12, i % 6)
        let angle = Double(Float(3 + row) * rotary.inverseFrequencies[lane % 3])
        let other = lane < 3 ? -x[i + 3] : x[i - 3]
        return x[i] * cos(angle) + other * sin(angle)
      }
    }
    #expect(rotary.pullback(g, from: 3).relativeError(to: expected) < 1e-5)
  }

  @Test func linearPullsBackItsDifferences() {
    let (weight, x, g) = (random(5, 9, seed: 1), random(3, 9, seed: 2), random(3, 5, seed: 3))
    let w = weight.values.map(Double.init)
    let expected = gradient(at: x, of: g) { x in
      rowwise(x, 9) { row in
        (0..<5).map { o in (0..<9).reduce(0) { $0 + w[o * 9 + $1] * row[$1] } }
      }
    }
    let linear = Linear(WeightMatrix(weight), bias: [1, 2, 3, 4, 5], compute: compute)
    #expect(linear.pullback(g).relativeError(to: expected) < 1e-5)
  }

  @Test(arguments: [nil, 3])
  func attentionPullsBackItsDifferences(window: Int?) {
    let shape = AttentionShape(
      queryHeads: 4, keyValueHeads: 2, headSize: 3, causal: true, window: window)
    let (q, g) = (random(4, 12, seed: 1), random(4, 12, seed: 2))
    let (k, v) = (random(6, 6, seed: 3), random(6, 6, seed: 4))
    let (output, logSumExp) = attention(
      q, k, v, shape: shape, firstQueryPosition: 2, compute: compute)
    let found = attentionPullback(
      q, k, v, output: output, logSumExp: logSumExp, shape: shape, firstQueryPosition: 2,
      compute: compute, outputGradient: g)
    let (qs, ks, vs) = (
      q.values.map(Double.init), k.values.map(Double.init), v.values.map(Double.init)
    )
    let expected = (
      gradient(at: q, of: g) { Self.attend($0, ks, vs, window: window) },
      gradient(at: k, of: g) { Self.attend(qs, $0, vs, window: window) },
      gradient(at: v, of: g) { Self.attend(qs, ks, $0, window: window) }
    )
    #expect(found.q.relativeError(to: expected.0) < 1e-5)
    #expect(found.k.relativeError(to: expected.1) < 1e-5)
    #expect(found.v.relativeError(to: expected.2) < 1e-5)
  }

  /// Attention of 4 queries at positions 2… with 4 heads over 6 keys with 2
  /// heads of size 3, key by key.
  static func attend(_ q: [Double], _ k: [Double], _ v: [Double], window: Int?) -> [Double] {
    var output = [Double](repeating: 0, count: 48)
    for t in 0..<4 {
      for head in 0..<4 {
        let seen = (0..<6).filter { $0 <= t + 2 && $0 > t + 2 - (window ?? 100) }
        let terms = seen.map { j in
          exp(
            (0..<3).reduce(0) { $0 + q[t * 12 + head * 3 + $1] * k[j * 6 + head / 2 * 3 + $1] }
              / 3.0.squareRoot())
        }
        let total = terms.reduce(0, +)
        for (term, j) in zip(terms, seen) {
          for i in 0..<3 {
            output[t * 12 + head * 3 + i] += term / total * v[j * 6 + head / 2 * 3 + i]
          }
        }
      }
    }
    return output
  }
}
