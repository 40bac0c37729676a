import Explanations
import FeatureIndex
import Images
import Randomness
import Testing

/// Which cells of a picture a judge is shown bright.
@Suite struct LitCellsTests {
  private func cells(_ lit: [Int], rows: Int, columns: Int) -> LitCells {
    LitCells(
      ActivationMap(
        positions: lit.map { UInt16($0) }, values: lit.map { _ in 1 }),
      on: GridSize(rows: rows, columns: columns))
  }

  private func lit(_ cells: LitCells) -> [Int] { cells.isLit.indices.filter { cells.isLit[$0] } }

  /// Cells relative to the first, around the edges.
  private func shape(_ cells: LitCells) -> [Set<[Int]>] {
    let (rows, columns) = (cells.grid.rows, cells.grid.columns)
    let places = lit(cells).map { ($0 / columns, $0 % columns) }
    return places.map { origin in
      Set(
        places.map {
          [($0.0 - origin.0 + rows) % rows, ($0.1 - origin.1 + columns) % columns]
        })
    }
  }

  @Test func aMapIsLitWhereThePublishedPipelineShowsIt() {
    let map = ActivationMap(positions: [0, 1, 5, 9], values: [0.5, 0.000_009, 0.000_02, 3])
    let found = LitCells(map, on: GridSize(rows: 2, columns: 3))
    #expect(lit(found) == [0, 5] && found.count == 2)
  }

  @Test func aShapeIsMovedToWhereItDoesNotMeetItself() throws {
    var random = SplitMix64(seed: 5)
    let own = cells([7, 8, 13], rows: 6, columns: 6)
    var places: Set<[Int]> = []
    for _ in 0..<200 {
      let other = try #require(own.elsewhere(&random))
      #expect(other.count == own.count && Set(lit(other)).isDisjoint(with: lit(own)))
      #expect(Set(shape(other)) == Set(shape(own)))
      // Not around an edge, where there is room.
      let (rows, columns) = (lit(other).map { $0 / 6 }, lit(other).map { $0 % 6 })
      #expect((rows.max() ?? 0) - (rows.min() ?? 0) == 1)
      #expect((columns.max() ?? 0) - (columns.min() ?? 0) == 1)
      places.insert(lit(other))
    }
    #expect(places.count > 10)
  }

  @Test func whatCannotBeMovedIsDrawnAnew() throws {
    var random = SplitMix64(seed: 5)
    // Whatever the shift, these meet themselves.
    let own = cells([0, 1, 3], rows: 1, columns: 7)
    for shift in 1..<7 {
      #expect(!Set([0, 1, 3].map { ($0 + shift) % 7 }).isDisjoint(with: [0, 1, 3]))
    }
    let other = try #require(own.elsewhere(&random))
    #expect(other.count == 3 && Set(lit(other)).isDisjoint(with: [0, 1, 3]))
    #expect(cells([0, 1], rows: 1, columns: 3).elsewhere(&random) == nil)
    #expect(cells([], rows: 2, columns: 2).elsewhere(&random) == nil)
    #expect(cells([0, 1], rows: 1, columns: 4).elsewhere(&random).map(lit) == [2, 3])
  }

  @Test func anIntrudersCellsAreAsManyAndOfTheSameShape() {
    var random = SplitMix64(seed: 9)
    let own = cells([7, 8, 13], rows: 6, columns: 6)
    for _ in 0..<50 {
      let other = own.laid(on: GridSize(rows: 6, columns: 6), &random)
      #expect(Set(shape(other)) == Set(shape(own)))
    }
    // Of another grid the same share, and one cell at least.
    for (rows, columns) in [(12, 12), (3, 3), (5, 8), (1, 1), (48, 20)] {
      let other = own.laid(on: GridSize(rows: rows, columns: columns), &random)
      let share = Double(rows * columns) * 3 / 36
      #expect(other.count == max(1, Int(share.rounded())))
    }
    #expect(own.laid(on: GridSize(), &random).count == 0)
  }

  @Test func litCellsAreAMapAgain() {
    let own = ActivationMap(positions: [0, 3, 7], values: [0.5, 2, 0])
    let grid = GridSize(rows: 2, columns: 4)
    #expect(LitCells(own, on: grid).map == ActivationMap(positions: [0, 3], values: [1, 1]))
  }
}
