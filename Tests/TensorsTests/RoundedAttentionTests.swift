import Foundation
import Tensors
import Testing

/// Attention whose products are of bfloat16 against one in double precision that rounds its
/// inputs alike and nothing else.
@Suite struct RoundedAttentionTests {
  struct Case: Sendable, CustomStringConvertible {
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
    /// What scores are multiplied by; 1/√d.
    var scale: Double?
    var description: String {
      "H \(heads) G \(groups) d \(size) T \(queries) S \(keys) first \(first) causal \(causal) W "
        + "\(window ?? 0) span \(span) scale \(scale ?? 0)"
    }
    var shape: AttentionShape {
      AttentionShape(
        queryHeads: heads, keyValueHeads: groups, headSize: size, scale: scale.map { Float($0) },
        causal: causal, window: window)
    }
    var keyEnds: [Int]? {
      span.isEmpty
        ? nil
        : (first..<first + queries).map { span.contains($0) ? span.upperBound : $0 + 1 }
    }
  }

  static let cases = [
    Case(), Case(size: 64, queries: 130, keys: 130), Case(heads: 8, groups: 1, size: 32),
    Case(queries: 1, keys: 200, first: 199), Case(queries: 7, keys: 129, first: 122),
    Case(heads: 3, groups: 3, size: 32, queries: 65, keys: 65, causal: false),
    Case(queries: 150, keys: 150, window: 40), Case(size: 22), Case(heads: 4, groups: 4, size: 48),
    Case(heads: 2, groups: 1, size: 128, queries: 33, keys: 64, first: 31),
    Case(queries: 150, keys: 150, span: 3..<140, scale: 0.1),
    Case(size: 64, queries: 100, keys: 150, first: 50, window: 20, span: 60..<140),
    // A picture of SigLIP's, and sizes that are no multiples of a tile's 32 terms or 16 columns.
    Case(heads: 2, groups: 2, size: 72, queries: 70, keys: 4_096, causal: false),
    Case(heads: 2, groups: 2, size: 72, queries: 577, keys: 577, causal: false),
    Case(heads: 6, groups: 2, size: 80, queries: 90, keys: 90), Case(size: 27),
    Case(queries: 1, keys: 65, first: 64, window: 65),
  ]

  private static func random(_ rows: Int, _ columns: Int, seed: UInt64) -> Matrix {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    return Matrix(
      rows: rows, columns: columns,
      values: (0..<rows * columns).map { _ in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Float(Int32(truncatingIfNeeded: state >> 32)) / 0x1p30
      })
  }

  /// To bfloat16 and back.
  private static func rounded(_ x: Matrix) -> Matrix {
    RoundedMatrix(x).floats(rows: 0..<x.rows)
  }

  /// Attention of one query head at one token: the weights of the keys, in double precision.
  private static func weights(_ c: Case, _ q: Matrix, _ k: Matrix, token: Int, head: Int)
    -> [Double]
  {
    let (group, position) = (head / (c.heads / c.groups), c.first + token)
    let scores = (0..<c.keys).map { key -> Double in
      let isMutual = c.span.contains(position) && c.span.contains(key)
      if c.causal && key > position && !isMutual { return -.infinity }
      if let window = c.window, key <= position - window { return -.infinity }
      return (0..<c.size).reduce(0.0) {
        $0 + Double(q[token, head * c.size + $1]) * Double(k[key, group * c.size + $1])
      } * (c.scale ?? 1 / Double(c.size).squareRoot())
    }
    let highest = scores.max() ?? 0
    let terms = scores.map { exp($0 - highest) }
    let total = terms.reduce(0, +)
    return terms.map { $0 / total }
  }

  /// Rounding a weight moves it by 2⁻⁹ of itself at most, so an output moves by that share of Σ
  /// w|v|; float32 sums and the exponential add less than as much again.
  @Test(arguments: cases, KernelPath.available)
  func outputsStayWithinTheRoundingOfTheWeights(_ c: Case, path: KernelPath) {
    let compute = Compute(team: ThreadTeam(threadCount: 2), precision: .bfloat16, path: path)
    let (shape, ends) = (c.shape, c.keyEnds)
    let q = Self.random(c.queries, c.heads * c.size, seed: 1)
    let (k, v) = (
      Self.random(c.keys, c.groups * c.size, seed: 2),
      Self.random(c.keys, c.groups * c.size, seed: 3)
    )
    let (output, _) = attention(
      q, k, v, shape: shape, firstQueryPosition: c.first, keyEnds: ends, compute: compute)
    let (q2, k2, v2) = (Self.rounded(q), Self.rounded(k), Self.rounded(v))
    var worst = 0.0
    for token in stride(from: 0, to: c.queries, by: c.queries > 40 ? 13 : 1) {
      for head in 0..<c.heads {
        let w = Self.weights(c, q2, k2, token: token, head: head)
        let group = head / (c.heads / c.groups)
        for i in 0..<c.size {
          var (sum, size) = (0.0, 0.0)
          for key in 0..<c.keys {
            sum += w[key] * Double(v2[key, group * c.size + i])
            size += w[key] * abs(Double(v2[key, group * c.size + i]))
          }
          worst = max(worst, abs(Double(output[token, head * c.size + i]) - sum) / size)
        }
      }
    }
    #expect(worst < 0x1p-8)
    // Where weights are rounded at all it shows: one key alone has the weight 1, which is exact.
    #expect(worst > 0x1p-14)
  }

  /// The same bits for some queries alone, which share tiles with others or not.
  @Test(arguments: cases, KernelPath.available)
  func aQuerysResultDoesNotDependOnTheOthers(_ c: Case, path: KernelPath) {
    let compute = Compute(team: ThreadTeam(threadCount: 2), precision: .bfloat16, path: path)
    let q = Self.random(c.queries, c.heads * c.size, seed: 1)
    let (k, v) = (
      Self.random(c.keys, c.groups * c.size, seed: 2),
      Self.random(c.keys, c.groups * c.size, seed: 3)
    )
    func run(_ range: Range<Int>) -> (output: Matrix, logSumExp: Matrix) {
      attention(
        q.slice(rows: range), k, v, shape: c.shape, firstQueryPosition: c.first + range.lowerBound,
        keyEnds: c.keyEnds.map { Array($0[range]) }, compute: compute)
    }
    let all = run(0..<c.queries)
    for range in [0..<min(3, c.queries), c.queries / 2..<c.queries] {
      let some = run(range)
      #expect(some.output == all.output.slice(rows: range))
      #expect(some.logSumExp == all.logSumExp.slice(rows: range))
    }
  }

  /// Against the float32 gradients of the rounded inputs. P and dS are rounded once each, 2⁻⁹ of an
  /// element; norms of the differences stay below four times that.
  @Test(arguments: cases, KernelPath.available)
  func gradientsStayWithinTheRoundingOfTheirFactors(_ c: Case, path: KernelPath) {
    let team = ThreadTeam(threadCount: 2)
    let (shape, ends) = (c.shape, c.keyEnds)
    let q = Self.rounded(Self.random(c.queries, c.heads * c.size, seed: 1))
    let k = Self.rounded(Self.random(c.keys, c.groups * c.size, seed: 2))
    let v = Self.rounded(Self.random(c.keys, c.groups * c.size, seed: 3))
    let g = Self.rounded(Self.random(c.queries, c.heads * c.size, seed: 4))
    func gradients(_ compute: Compute) -> (q: Matrix, k: Matrix, v: Matrix) {
      let (output, logSumExp) = attention(
        q, k, v, shape: shape, firstQueryPosition: c.first, keyEnds: ends, compute: compute)
      return attentionPullback(
        q, k, v, output: output, logSumExp: logSumExp, shape: shape, firstQueryPosition: c.first,
        keyEnds: ends, compute: compute, outputGradient: g)
    }
    let found = gradients(Compute(team: team, precision: .bfloat16, path: path))
    let expected = gradients(Compute(team: team, precision: .float32, path: .portable))
    for (a, b) in [(found.q, expected.q), (found.k, expected.k), (found.v, expected.v)] {
      let difference = zip(a.values, b.values).reduce(0.0) { $0 + pow(Double($1.0 - $1.1), 2) }
      let size = b.values.reduce(0.0) { $0 + pow(Double($1), 2) }
      #expect((difference / size).squareRoot() < 4 * 0x1p-9)
    }
  }
}
