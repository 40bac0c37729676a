import Foundation
import Tensors
import Testing

/// Products with mapped weights, against sums in Double of the same rounded factors.
///
/// A sum of n products in float32, in any order, is off by at most γ Σ|a||b| with γ ≈ n ε, ε = 2⁻²⁴
/// (Higham 2002, 3.1); products of bfloat16 numbers are exact in float32, others add one ε. The
/// bound below is (n + 2) ε Σ|a||b|: it holds for every path, the portable one included, so that
/// two paths are never further apart than twice that.
@Suite struct WeightProductTests {
  static let epsilon = 0x1p-24

  /// A weight file whose matrix starts at `offset`, of numbers that the type holds exactly.
  static func weights(
    _ type: ScalarType, rows: Int, columns: Int, offset: Int, seed: UInt64
  ) throws -> (WeightMatrix, [Float]) {
    var random = Numbers(seed: seed)
    var bytes = [UInt8](repeating: 0xff, count: offset)
    var values: [Float] = []
    for _ in 0..<rows * columns {
      let x = random.next()
      switch type {
      case .float32:
        values.append(x)
        unsafe withUnsafeBytes(of: x.bitPattern.littleEndian) {
          unsafe bytes.append(contentsOf: $0)
        }
      case .float16:
        let half = Float16(x)
        values.append(Float(half))
        unsafe withUnsafeBytes(of: half.bitPattern.littleEndian) {
          unsafe bytes.append(contentsOf: $0)
        }
      case .bfloat16:
        let rounded = roundedToBFloat16(x)
        values.append(rounded)
        let half = UInt16(rounded.bitPattern >> 16)
        unsafe withUnsafeBytes(of: half.littleEndian) { unsafe bytes.append(contentsOf: $0) }
      case .int8: preconditionFailure("not a type of files")
      }
    }
    let url = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try Data(bytes).write(to: url)
    defer { try? FileManager.default.removeItem(at: url) }
    let file = try MappedFile(path: url.path(percentEncoded: false))
    let weight = try WeightMatrix(
      file: file, byteOffset: offset, type: type, rows: rows, columns: columns)
    return (weight, values)
  }

  /// To nearest, ties to even, by halves of the distance between neighbours rather
  /// than by adding to the bits.
  static func roundedToBFloat16(_ x: Float) -> Float {
    let below = Float(bitPattern: x.bitPattern & 0xffff_0000)
    let above = Float(bitPattern: (x.bitPattern & 0xffff_0000) &+ 0x1_0000)
    let (down, up) = (abs(Double(x) - Double(below)), abs(Double(above) - Double(x)))
    if down != up { return down < up ? below : above }
    return below.bitPattern & 0x1_0000 == 0 ? below : above
  }

  static func check(
    _ type: ScalarType, _ precision: Precision, _ path: KernelPath, tokens: Int, inputs: Int,
    outputs: Int, offset: Int, threads: Int = 1
  ) throws {
    let compute = Compute(
      team: ThreadTeam(threadCount: threads), precision: precision, path: path)
    let seed = UInt64(tokens * 10_007 + inputs * 101 + outputs)
    let (weight, w) = try weights(type, rows: outputs, columns: inputs, offset: offset, seed: seed)
    var random = Numbers(seed: seed + 1)
    let x = Matrix(
      rows: tokens, columns: inputs, values: (0..<tokens * inputs).map { _ in random.next() })
    let g = Matrix(
      rows: tokens, columns: outputs, values: (0..<tokens * outputs).map { _ in random.next() })
    let rounds = precision == .bfloat16 && type == .bfloat16
    let round = { (v: Float) in Double(rounds ? roundedToBFloat16(v) : v) }
    let linear = Linear(weight, bias: nil, compute: compute)
    let y = linear(x)
    let dx = linear.pullback(g)
    let (xs, gs) = (x.values.map(round), g.values.map(round))
    let ws = w.map(Double.init)
    let label = "\(type) \(path) T \(tokens) in \(inputs) out \(outputs) offset \(offset)"
    var worst = 0.0
    for t in 0..<tokens {
      for o in 0..<outputs {
        var (sum, size) = (0.0, 0.0)
        for i in 0..<inputs {
          let term = xs[t * inputs + i] * ws[o * inputs + i]
          sum += term
          size += abs(term)
        }
        let error = abs(Double(y[t, o]) - sum)
        worst = max(worst, error / (Double(inputs + 2) * epsilon * size + 1e-37))
      }
      for i in 0..<inputs {
        var (sum, size) = (0.0, 0.0)
        for o in 0..<outputs {
          let term = gs[t * outputs + o] * ws[o * inputs + i]
          sum += term
          size += abs(term)
        }
        let error = abs(Double(dx[t, i]) - sum)
        worst = max(worst, error / (Double(outputs + 2) * epsilon * size + 1e-37))
      }
    }
    #expect(worst <= 1, "\(label): \(worst) of the bound")
  }

  @Test(arguments: [ScalarType.float32, .float16, .bfloat16])
  func aTurnedCopyHasColumnsForRows(type: ScalarType) throws {
    for (rows, columns) in [(1, 1), (16, 64), (17, 65), (40, 130), (3, 200), (33, 15)] {
      let (weight, values) = try Self.weights(
        type, rows: rows, columns: columns, offset: 3, seed: UInt64(rows))
      let turned = weight.transposedFloats()
      #expect(turned.rows == columns && turned.columns == rows)
      for row in 0..<rows {
        #expect((0..<columns).allSatisfy { turned[$0, row] == values[row * columns + $0] })
      }
    }
  }

  static let cases = ScalarType.allCases.flatMap { type in
    KernelPath.available.map { (type, $0) }
  }

  @Test(arguments: cases)
  func everyInputLengthAndAlignmentIsWithinTheBound(type: ScalarType, path: KernelPath) throws {
    for inputs in 1...70 {
      try Self.check(
        type, .bfloat16, path, tokens: 1 + inputs % 9, inputs: inputs, outputs: 5,
        offset: inputs % 67)
    }
  }

  @Test(arguments: cases)
  func everyOutputLengthAndAlignmentIsWithinTheBound(type: ScalarType, path: KernelPath) throws {
    for outputs in 1...70 {
      try Self.check(
        type, .bfloat16, path, tokens: 1 + outputs % 5, inputs: 33, outputs: outputs,
        offset: outputs % 65)
    }
  }

  @Test(arguments: cases)
  func everyNumberOfTokensIsWithinTheBound(type: ScalarType, path: KernelPath) throws {
    for tokens in 1...70 {
      try Self.check(
        type, .bfloat16, path, tokens: tokens, inputs: 37, outputs: 11, offset: tokens % 3)
    }
  }

  /// Beyond every block size: float_depth, bfloat16_depth, amx_depth, panel_rows, split_rows,
  /// amx_rows, amx_groups, and rows and columns of pullbacks.
  @Test(arguments: cases)
  func blocksJoinWithoutSeams(type: ScalarType, path: KernelPath) throws {
    try Self.check(
      type, .bfloat16, path, tokens: 61, inputs: 2100, outputs: 37, offset: 1, threads: 3)
    try Self.check(
      type, .bfloat16, path, tokens: 19, inputs: 2100, outputs: 37, offset: 1, threads: 3)
    try Self.check(
      type, .bfloat16, path, tokens: 2, inputs: 1030, outputs: 300, offset: 3, threads: 3)
    try Self.check(
      type, .bfloat16, path, tokens: 40, inputs: 530, outputs: 700, offset: 2, threads: 1)
    try Self.check(
      type, .bfloat16, path, tokens: 1_040, inputs: 33, outputs: 140, offset: 0, threads: 2)
  }

  @Test(arguments: cases)
  func float32PrecisionRoundsNothing(type: ScalarType, path: KernelPath) throws {
    for length in [1, 7, 16, 31, 64, 70] {
      try Self.check(
        type, .float32, path, tokens: length % 13 + 1, inputs: length, outputs: 71 - length,
        offset: 1)
    }
  }

  /// Nor on how many there are: few tokens may be summed in another manner than many.
  @Test(arguments: cases)
  func aRowDoesNotDependOnTheOthers(type: ScalarType, path: KernelPath) throws {
    let compute = Compute(team: ThreadTeam(threadCount: 3), precision: .bfloat16, path: path)
    let (weight, _) = try Self.weights(type, rows: 150, columns: 1100, offset: 2, seed: 3)
    let bias = (0..<150).map { Float($0) / 7 }
    let linear = Linear(weight, bias: bias, compute: compute)
    var random = Numbers(seed: 4)
    let x = Matrix(rows: 75, columns: 1100, values: (0..<75 * 1100).map { _ in random.next() })
    let g = Matrix(rows: 75, columns: 150, values: (0..<75 * 150).map { _ in random.next() })
    let (y, dx) = (linear(x), linear.pullback(g))
    let few = (1...7).map { 9 * $0..<10 * $0 }
    for range in few + [0..<1, 7..<8, 74..<75, 3..<20, 0..<44, 5..<58] {
      #expect(linear(x.slice(rows: range)) == y.slice(rows: range))
      #expect(linear.pullback(g.slice(rows: range)) == dx.slice(rows: range))
    }
    let alone = Compute(team: ThreadTeam(threadCount: 1), precision: .bfloat16, path: path)
    #expect(Linear(weight, bias: bias, compute: alone)(x) == y)
  }
}

/// Numbers in [-1, 1) from a linear congruential generator (Knuth's MMIX constants):
/// the same on every machine.
struct Numbers {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> Float {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Float(state >> 40) / Float(1 << 23) - 1
  }
}
