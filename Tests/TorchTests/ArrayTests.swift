import Tensors
import TestSupport
import Testing
import Torch

/// Arrays of a device are values, as the host's matrices are.
@Suite(.enabled(if: InstalledTorch.library != nil, InstalledTorch.absence))
struct ArrayTests {
  /// Two bytes a number where products round it anyway; what attention makes of them is the same
  /// to the bit.
  @Test func keysAreKeptInTheTypeOfTheirProducts() throws {
    let shape = AttentionShape(queryHeads: 4, keyValueHeads: 2, headSize: 16, causal: true)
    for (precision, bytes) in [(Precision.float32, 4), (.bfloat16, 2)] {
      let engine = try InstalledTorch.operators(precision, usesFlash: false)
      let (all, q) = (random(300, 32, seed: 1), try engine.rows(random(300, 64, seed: 2)))
      let whole = try engine.rows(all)
      var kept = try engine.noKeys(columns: 32)
      try kept.append(engine.rows(all.slice(rows: 0..<7)))
      try kept.append(engine.rows(all.slice(rows: 7..<300)))
      #expect(kept.byteCount == 300 * 32 * bytes)
      #expect(whole.byteCount == 300 * 32 * 4)
      let found = try engine.attention(
        q, kept, kept, shape: shape, firstQueryPosition: 0, keyEnds: nil, cancellation: .never)
      let expected = try engine.attention(
        q, whole, whole, shape: shape, firstQueryPosition: 0, keyEnds: nil, cancellation: .never)
      #expect(try engine.matrix(found.output) == engine.matrix(expected.output))
      #expect(try engine.matrix(found.logSumExp) == engine.matrix(expected.logSumExp))
    }
  }

  /// Random steps on some arrays and on matrices alike: whatever was copied from whatever, both
  /// hold the same.
  @Test(arguments: 0..<20)
  func holdsWhatMatricesHold(seed: UInt64) throws {
    let engine = try InstalledTorch.operators(.float32)
    var generator = SplitMix(seed: seed)
    let columns = Int.random(in: 1...5, using: &generator)
    var pairs = [(Matrix(rows: 0, columns: columns), try engine.zeros(rows: 0, columns: columns))]
    for step in 0..<120 {
      let place = Int.random(in: pairs.indices, using: &generator)
      switch Int.random(in: 0..<6, using: &generator) {
      case 0, 1:
        let rows = Int.random(
          in: 0...[1, 3, 300].randomElement(using: &generator)!, using: &generator)
        let more = random(rows, columns, seed: seed &* 1_000 &+ UInt64(step))
        pairs[place].0.append(more)
        try pairs[place].1.append(engine.rows(more))
      case 2: pairs.append(pairs[place])
      case 3:
        let kept = Int.random(in: 0...pairs[place].0.rows, using: &generator)
        pairs[place].0.truncate(rows: kept)
        pairs[place].1.truncate(rows: kept)
      case 4:
        let first = Int.random(in: 0...pairs[place].0.rows, using: &generator)
        let end = Int.random(in: first...pairs[place].0.rows, using: &generator)
        pairs.append(
          (
            pairs[place].0.slice(rows: first..<end), pairs[place].1.slice(rows: first..<end)
          ))
      default:
        let count = Int.random(in: 0...400, using: &generator)
        pairs[place].0.reserve(rows: count)
        try pairs[place].1.reserve(rows: count)
      }
      if pairs.count > 6 { pairs.remove(at: Int.random(in: pairs.indices, using: &generator)) }
      for (matrix, array) in pairs {
        #expect(try engine.matrix(array) == matrix, "step \(step)")
      }
    }
  }

  /// A row at a time: the block is copied when its 256 rows are full, and only then. Nothing but
  /// blocks is counted, as views are made when they are used.
  @Test func appendsWithoutCopying() throws {
    let folder = try #require(InstalledTorch.folder)
    let library = try TorchLibrary(folder: folder, threads: 1)
    let engine = try TorchOperators(
      device: TorchDevice(.cpu, of: library), precision: .float32)
    let row = try engine.rows(random(1, 8, seed: 2))
    var array = try engine.zeros(rows: 0, columns: 8)
    try array.append(row)
    var all = [array]
    let blocks = library.liveTensors
    while array.rows < 256 {
      try array.append(row)
      all.append(array)
    }
    #expect(library.liveTensors == blocks)
    try array.append(row)
    #expect(library.liveTensors == blocks + 1)
    #expect(array.slice(rows: 3..<9).reshaped(columns: 4).rows == 12)
    #expect(library.liveTensors == blocks + 1)
    #expect(all.count == 256 && all.last?.rows == 256 && array.rows == 257)
  }

  @Test func reshapes() throws {
    let engine = try InstalledTorch.operators(.float32)
    let matrix = random(6, 10, seed: 1)
    let turned = try engine.rows(matrix).slice(rows: 2..<5).reshaped(columns: 6)
    #expect(try engine.matrix(turned) == matrix.slice(rows: 2..<5).reshaped(columns: 6))
  }

  @Test func helpersOfRows() throws {
    let engine = try InstalledTorch.operators(.float32)
    let (a, b) = (random(7, 33, seed: 1), random(7, 33, seed: 2))
    let (left, right) = (try engine.rows(a), try engine.rows(b))
    for (found, wanted) in zip(try engine.rowDots(left, right), a.rowDots(b)) {
      #expect(abs(found - wanted) < 1e-12)
    }
    #expect(try engine.matrix(engine.rows(left, [6, 0, 0, 3])) == a.rows([6, 0, 0, 3]))
    #expect(try engine.matrix(engine.scaled(left, by: -0.5)) == a.scaled(by: -0.5))
    let last = try engine.matrix(engine.asLastRows(left, of: 9))
    #expect(last.slice(rows: 0..<2) == Matrix(rows: 2, columns: 33))
    #expect(last.slice(rows: 2..<9) == a)
    let product = try engine.matrix(engine.product(left, transposed: right))
    #expect(product.relativeError(to: Tensors.product(a, b, transposeB: true)) < 1e-6)
    #expect(try engine.isFinite(left))
    var bad = a
    bad[3, 4] = .nan
    #expect(try !engine.isFinite(engine.rows(bad)))
  }
}
