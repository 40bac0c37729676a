import Foundation
import Tensors
import Testing

/// Products with 8-bit weights, against sums in Double of the integers, the scales and
/// the rounded activations.
///
/// As for other weights (`WeightProductTests`) sums are off by at most (n + 2) ε Σ|a||b|; the scale
/// adds one rounding forward. In the pullback dY ⊙ s is rounded to float32 and then to bfloat16,
/// and the reference does the same.
@Suite struct EightBitProductTests {
  static let epsilon = 0x1p-24

  /// Weights with rows of very different sizes, one of zeros, mapped at
  /// `offset` of a file or in memory.
  static func weights(
    rows: Int, columns: Int, seed: UInt64, offset: Int? = nil
  ) throws -> (WeightMatrix, integers: [Int8]) {
    var random = Numbers(seed: seed)
    let values = (0..<rows * columns).map { i in
      i / columns % 7 == 3 ? 0 : random.next() * Float(1 << (i / columns % 11)) / 64
    }
    let matrix = Matrix(rows: rows, columns: columns, values: values)
    let made = try WeightMatrix(matrix).quantised(team: ThreadTeam(threadCount: 1))
    let integers = made.withBytes { bytes in
      (0..<bytes.byteCount).map { unsafe bytes.unsafeLoad(fromByteOffset: $0, as: Int8.self) }
    }
    guard let offset else { return (made, integers) }
    let url = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    let padding = [UInt8](repeating: 0x55, count: offset)
    try Data(padding + integers.map { UInt8(bitPattern: $0) }).write(to: url)
    defer { try? FileManager.default.removeItem(at: url) }
    let mapped = try WeightMatrix(
      file: MappedFile(path: url.path), byteOffset: offset, type: .int8, rows: rows,
      columns: columns, scales: made.scales)
    return (mapped, integers)
  }

  static func numbers(_ rows: Int, _ columns: Int, seed: UInt64) -> Matrix {
    var random = Numbers(seed: seed)
    return Matrix(
      rows: rows, columns: columns, values: (0..<rows * columns).map { _ in random.next() })
  }

  static func check(
    _ path: KernelPath, tokens: Int, inputs: Int, outputs: Int, offset: Int?, threads: Int = 1
  ) throws {
    let compute = Compute(team: ThreadTeam(threadCount: threads), precision: .int8, path: path)
    let seed = UInt64(tokens * 10_007 + inputs * 101 + outputs)
    let (weight, integers) = try weights(rows: outputs, columns: inputs, seed: seed, offset: offset)
    let scales = try #require(weight.scales)
    let x = numbers(tokens, inputs, seed: seed + 1)
    let g = numbers(tokens, outputs, seed: seed + 2)
    let linear = Linear(weight, bias: nil, compute: compute)
    let (y, dx) = (linear(x), linear.pullback(g))
    let round = { Double(WeightProductTests.roundedToBFloat16($0)) }
    let xs = x.values.map(round)
    let gs = g.values.enumerated().map { round($1 * scales[$0 % outputs]) }
    let q = integers.map(Double.init)
    var worst = 0.0
    for t in 0..<tokens {
      for o in 0..<outputs {
        var (sum, size) = (0.0, 0.0)
        for i in 0..<inputs {
          sum += xs[t * inputs + i] * q[o * inputs + i]
          size += abs(xs[t * inputs + i] * q[o * inputs + i])
        }
        let scale = Double(scales[o])
        let bound = Double(inputs + 3) * epsilon * size * scale + 1e-37
        worst = max(worst, abs(Double(y[t, o]) - sum * scale) / bound)
      }
      for i in 0..<inputs {
        var (sum, size) = (0.0, 0.0)
        for o in 0..<outputs {
          sum += gs[t * outputs + o] * q[o * inputs + i]
          size += abs(gs[t * outputs + o] * q[o * inputs + i])
        }
        worst = max(
          worst, abs(Double(dx[t, i]) - sum) / (Double(outputs + 2) * epsilon * size + 1e-37))
      }
    }
    let label = "\(path) T \(tokens) in \(inputs) out \(outputs) offset \(offset ?? -1)"
    #expect(worst <= 1, "\(label): \(worst) of the bound")
  }

  @Test(arguments: KernelPath.available)
  func everyInputLengthAndAlignmentIsWithinTheBound(path: KernelPath) throws {
    for inputs in 1...70 {
      try Self.check(
        path, tokens: 1 + inputs % 9, inputs: inputs, outputs: 5,
        offset: inputs % 4 == 0 ? nil : inputs % 67)
    }
  }

  @Test(arguments: KernelPath.available)
  func everyOutputLengthAndAlignmentIsWithinTheBound(path: KernelPath) throws {
    for outputs in 1...70 {
      try Self.check(
        path, tokens: 1 + outputs % 5, inputs: 33, outputs: outputs, offset: outputs % 65)
    }
  }

  @Test(arguments: KernelPath.available)
  func everyNumberOfTokensIsWithinTheBound(path: KernelPath) throws {
    for tokens in 1...40 {
      try Self.check(path, tokens: tokens, inputs: 67, outputs: 37, offset: tokens % 3)
    }
  }

  @Test(arguments: KernelPath.available)
  func blocksJoinWithoutSeams(path: KernelPath) throws {
    try Self.check(path, tokens: 19, inputs: 2100, outputs: 37, offset: 1, threads: 3)
    try Self.check(path, tokens: 2, inputs: 1030, outputs: 300, offset: 3, threads: 3)
  }

  /// Tokens of every batch size that takes another way through the kernels.
  @Test(arguments: KernelPath.available)
  func aRowDoesNotDependOnTheOthers(path: KernelPath) throws {
    let compute = Compute(team: ThreadTeam(threadCount: 3), precision: .int8, path: path)
    let (weight, _) = try Self.weights(rows: 150, columns: 1083, seed: 3, offset: 2)
    let bias = (0..<150).map { Float($0) / 7 }
    let linear = Linear(weight, bias: bias, compute: compute)
    let x = Self.numbers(45, 1083, seed: 4)
    let g = Self.numbers(45, 150, seed: 5)
    let (y, dx) = (linear(x), linear.pullback(g))
    for range in [0..<1, 7..<8, 3..<9, 3..<15, 2..<15, 44..<45, 3..<20, 0..<44] {
      #expect(linear(x.slice(rows: range)) == y.slice(rows: range))
      #expect(linear.pullback(g.slice(rows: range)) == dx.slice(rows: range))
    }
    let alone = Compute(team: ThreadTeam(threadCount: 1), precision: .int8, path: path)
    #expect(Linear(weight, bias: bias, compute: alone)(x) == y)
  }

  @Test func copiesAreDequantised() throws {
    let (weight, integers) = try Self.weights(rows: 19, columns: 23, seed: 6, offset: 5)
    let scales = try #require(weight.scales)
    let expected = Matrix(
      rows: 19, columns: 23,
      values: integers.enumerated().map { Float($1) * scales[$0 / 23] })
    #expect(weight.floats() == expected)
    #expect(weight.gather(rows: [17, 2, 2]).row(0) == expected.row(17))
    #expect(weight.slice(rows: 4..<9).floats() == expected.slice(rows: 4..<9))
    #expect(weight.slice(rows: 4..<9).gather(rows: [1]) == expected.slice(rows: 5..<6))
    #expect(weight.firstNonFinite() == nil)
    #expect(weight.byteCount == 19 * 23 + 19 * 4)
  }
}
