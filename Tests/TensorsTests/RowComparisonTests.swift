import Tensors
import Testing

/// Rows held against a vector, against sums in Double of the same float32 numbers, at odd widths,
/// on every path and in every element type of files.
///
/// Bounds: as of `SparseProductTests`.
@Suite struct RowComparisonTests {
  static let epsilon = 0x1p-24
  static let widths = [1, 3, 15, 16, 17, 31, 32, 33, 64, 67, 130, 1_023, 1_024, 1_057, 2_500]

  @Test(arguments: KernelPath.available, ScalarType.allCases)
  func sumsAreThoseInDouble(path: KernelPath, type: ScalarType) throws {
    let team = ThreadTeam(threadCount: 3)
    for width in Self.widths {
      let (stored, exact) = try SparseProductTests.weights(type, columns: width)
      check(stored, exact, path: path, team: team)
      check(stored.slice(rows: 5..<9), exact.slice(rows: 5..<9), path: path, team: team)
      // The same numbers in memory, where rows are aligned.
      check(WeightMatrix(exact), exact, path: path, team: nil)
    }
  }

  /// Enough elements that threads share them.
  @Test(arguments: KernelPath.available)
  func threadsDoNotShow(path: KernelPath) {
    let rows = SparseProductTests.dense(301, 1_000, seed: 4)
    let x = SparseProductTests.dense(1, 1_000, seed: 5).row(0)
    let alone = WeightMatrix(rows).compared(with: x, path: path)
    let shared = WeightMatrix(rows).compared(
      with: x, team: ThreadTeam(threadCount: 4), path: path)
    #expect(alone.dots == shared.dots && alone.squares == shared.squares)
    check(WeightMatrix(rows), rows, path: path, team: nil)
  }

  @Test func nothingIsHeldAgainstNothing() {
    let none = WeightMatrix(Matrix(rows: 0, columns: 7)).compared(with: [1, 2, 3, 4, 5, 6, 7])
    #expect(none.dots.isEmpty && none.squares.isEmpty)
    let empty = WeightMatrix(Matrix(rows: 3, columns: 0)).compared(with: [])
    #expect(empty.dots == [0, 0, 0] && empty.squares == [0, 0, 0])
  }

  func check(_ weights: WeightMatrix, _ exact: Matrix, path: KernelPath, team: ThreadTeam?) {
    let x = SparseProductTests.dense(1, exact.columns, seed: UInt64(exact.columns)).row(0)
    let found = weights.compared(with: x, team: team, path: path)
    for row in 0..<exact.rows {
      let values = exact.row(row)
      let terms = zip(values, x).map { Double($0) * Double($1) }
      let squares = values.map { Double($0) * Double($0) }
      let most = Double(values.count + 1) * Self.epsilon
      let label: Comment = "row \(row) of \(exact.columns)"
      #expect(
        abs(Double(found.dots[row]) - terms.reduce(0, +))
          <= most * terms.reduce(0) { $0 + abs($1) }, label)
      let square = squares.reduce(0, +)
      #expect(abs(Double(found.squares[row]) - square) <= most * square, label)
    }
  }
}
