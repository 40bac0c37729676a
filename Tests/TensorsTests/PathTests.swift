import Foundation
import Tensors
import Testing

/// Every path against closed forms in Double, and against the portable one at every length.
@Suite struct PathTests {
  static let epsilon: Float = 0x1p-24

  static func row(_ count: Int, scale: Float, seed: UInt64) -> [Float] {
    var random = Numbers(seed: seed)
    return (0..<count).map { _ in random.next() * scale }
  }

  /// Sums of up to 70 squares run in 16 lanes and a tree of 4: each path is within 10 ε of the
  /// exact sum, and elements take some five roundings more. A pullback subtracts two such terms,
  /// each at most √n times the largest gradient: hence 32 √n ε.
  @Test(arguments: KernelPath.available)
  func operatorsAgreeWithThePortableOnesAtEveryLength(path: KernelPath) {
    for columns in 1...70 {
      let x = Matrix(rows: 2, columns: columns, values: Self.row(2 * columns, scale: 5, seed: 1))
      let g = Matrix(rows: 2, columns: columns, values: Self.row(2 * columns, scale: 1, seed: 2))
      let weight = Self.row(columns, scale: 1, seed: 3)
      func check(_ operation: (KernelPath) -> Matrix, _ label: Comment) {
        let (found, expected) = (operation(path), operation(.portable))
        let limit = 32 * Self.epsilon * Float(columns).squareRoot()
        #expect((found - expected).maxMagnitude <= limit * max(expected.maxMagnitude, 1), label)
      }
      check({ rmsNorm(x, weight: weight, epsilon: 1e-5, path: $0) }, "rms norm \(columns)")
      check(
        { rmsNormPullback(x, weight: weight, epsilon: 1e-5, outputGradient: g, path: $0) },
        "rms norm pullback \(columns)")
      for gate in GateActivation.allCases {
        check({ gated(x, up: g, by: gate, path: $0) }, "\(gate) \(columns)")
        func gradients(_ path: KernelPath) -> (gate: Matrix, up: Matrix) {
          gatedPullback(x, up: x, by: gate, outputGradient: g, path: path)
        }
        check({ gradients($0).gate }, "\(gate) gate \(columns)")
        check({ gradients($0).up }, "\(gate) up \(columns)")
      }
      for activation in Activation.allCases {
        check({ activation(x, path: $0) }, "\(activation) \(columns)")
        check(
          { activation.pullback(x, outputGradient: g, path: $0) },
          "\(activation) pullback \(columns)")
      }
      if columns > 1 {
        check(
          { layerNorm(x, weight: weight, bias: weight, epsilon: 1e-5, path: $0) },
          "layer norm \(columns)")
      }
    }
  }

  /// Softmax's numerators are exponentials: their error shows in the ratio to the
  /// largest, whose exponential is 1. Arguments stop where quotients would lose bits
  /// below the smallest normal float.
  @Test(arguments: KernelPath.available)
  func exponentialsAreWithinTwoUnitsInTheLastPlace(path: KernelPath) {
    var worst = 0.0
    for block in 0..<40 {
      let x = [0] + Self.row(999, scale: 75, seed: UInt64(block)).map { -abs($0) }
      let found = softmax(x, path: path)
      let scale = Double(found[0])
      for i in x.indices {
        let expected = exp(Double(x[i])) * scale
        worst = max(worst, abs(Double(found[i]) - expected) / expected)
      }
    }
    // Two units of the exponential, half of one of each of the two divisions.
    #expect(worst < 4 * 0x1p-24 * 2, "\(worst)")
  }

  @Test(arguments: KernelPath.available)
  func softmaxSurvivesExtremes(path: KernelPath) {
    #expect(softmax([-.infinity, 0, -200], path: path) == [0, 1, 0])
    #expect(softmax([3e38, 3e38, -3e38], path: path) == [0.5, 0.5, 0])
    #expect(softmax([], path: path) == [])
    #expect(softmax([.nan, 1], path: path).contains { $0.isNaN })
    #expect(logSumExp([1000, 1000], path: path) == 1000 + Float(log(2.0)))
    #expect(logSumExp([], path: path) == -.infinity)
    #expect(logSumExp([-.infinity, -.infinity], path: path) == -.infinity)
  }

  @Test func argmaxTakesTheLowestOfEquals() {
    #expect(argmax([1, 3, 2, 3]) == 1)
    #expect(argmax([]) == nil)
    #expect(argmax([.nan, 1]) == 1)
    #expect(argmax([-.infinity, -.infinity]) == 0)
  }

  /// Head sizes of 22 are multiplied in float32, multiples of 32 in pairs where the path has them;
  /// a short range packs its keys itself.
  @Test(arguments: KernelPath.available, [22, 32, 96])
  func theSameCallTwiceGivesTheSameBits(path: KernelPath, size: Int) {
    let compute = Compute(team: ThreadTeam(threadCount: 3), precision: .bfloat16, path: path)
    let shape = AttentionShape(queryHeads: 4, keyValueHeads: 2, headSize: size, causal: true)
    let q = Matrix(rows: 150, columns: 4 * size, values: Self.row(600 * size, scale: 2, seed: 1))
    let k = Matrix(rows: 150, columns: 2 * size, values: Self.row(300 * size, scale: 2, seed: 2))
    func run(_ range: Range<Int>) -> (output: Matrix, logSumExp: Matrix) {
      attention(
        q.slice(rows: range), k.slice(rows: 0..<range.upperBound),
        k.slice(rows: 0..<range.upperBound), shape: shape, firstQueryPosition: range.lowerBound,
        compute: compute)
    }
    let whole = run(0..<150)
    #expect(run(0..<150).output == whole.output)
    for range in [0..<1, 0..<70, 63..<65, 70..<150, 149..<150] {
      let part = run(range)
      #expect(part.output == whole.output.slice(rows: range))
      #expect(part.logSumExp == whole.logSumExp.slice(rows: range))
    }
  }
}
