import Tensors
import Testing

/// Against a full sort of each row.
@Suite struct RowTopKTests {
  static func sorted(_ row: [Float], k: Int, positiveOnly: Bool) -> ([Int32], [Float]) {
    let order = row.indices.filter { row[$0] > (positiveOnly ? 0 : -.infinity) }
      .sorted { (row[$0], $1) > (row[$1], $0) }.prefix(k)
    return (order.map(Int32.init), order.map { row[$0] })
  }

  @Test(arguments: [1, 3, 16, 17, 100, 400], [true, false])
  func equalsAFullSortHoweverTheColumnsAreTiled(k: Int, positiveOnly: Bool) {
    var random = Numbers(seed: UInt64(k))
    let team = ThreadTeam(threadCount: 3)
    // Few different values, so that ties are everywhere; NaN and both zeros among them.
    let matrix = Matrix(
      rows: 9, columns: 1003,
      values: (0..<9 * 1003).map { i in
        i % 97 == 0 ? .nan : i % 89 == 0 ? -0.0 : (random.next() * 40).rounded() / 8
      })
    for width in [1, 7, 16, 250, 1003] {
      var top = RowTopK(rows: 9, k: k)
      for first in stride(from: 0, to: 1003, by: width) {
        let columns = first..<min(first + width, 1003)
        var tile = Matrix(rows: 9, columns: columns.count)
        for row in 0..<9 { tile.setRow(row, Array(matrix.row(row)[columns])) }
        top.merge(tile, firstColumn: first, positiveOnly: positiveOnly, team: team)
      }
      for row in 0..<9 {
        let (indices, values) = Self.sorted(matrix.row(row), k: k, positiveOnly: positiveOnly)
        #expect(top.indices(row: row) == indices)
        #expect(top.values(row: row) == values)
      }
    }
  }

  @Test func ascendingRowsKeepTheLast() {
    let count = 5000
    var top = RowTopK(rows: 1, k: 10)
    let row = Matrix(rows: 1, columns: count, values: (0..<count).map { Float($0) })
    top.merge(row, firstColumn: 0, positiveOnly: true)
    #expect(top.indices(row: 0) == (0..<10).map { Int32(count - 1 - $0) })
  }

  @Test(arguments: [1, 5, 40, 41, 90])
  func knowingTheColumnsSavesMemoryAlone(k: Int) {
    var random = Numbers(seed: 4)
    let matrix = Matrix(rows: 3, columns: 40, values: (0..<120).map { _ in random.next() })
    var (bounded, free) = (RowTopK(rows: 3, k: k, columns: 40), RowTopK(rows: 3, k: k))
    for first in stride(from: 0, to: 40, by: 8) {
      var tile = Matrix(rows: 3, columns: 8)
      for row in 0..<3 { tile.setRow(row, Array(matrix.row(row)[first..<first + 8])) }
      bounded.merge(tile, firstColumn: first, positiveOnly: false)
      free.merge(tile, firstColumn: first, positiveOnly: false)
    }
    for row in 0..<3 {
      #expect(
        bounded.indices(row: row) == Self.sorted(matrix.row(row), k: k, positiveOnly: false).0)
      #expect(free.indices(row: row) == bounded.indices(row: row))
    }
    let room = RowTopK.byteCount(rows: 3, k: 500, columns: 40)
    #expect(room < RowTopK.byteCount(rows: 3, k: 500, columns: 4000))
  }

  @Test func nothingIsTakenOfNothing() {
    var top = RowTopK(rows: 2, k: 0)
    top.merge(Matrix(rows: 2, columns: 3), firstColumn: 0, positiveOnly: false)
    #expect(top.indices(row: 1).isEmpty)
    #expect(RowTopK(rows: 0, k: 4).rows == 0)
  }
}
