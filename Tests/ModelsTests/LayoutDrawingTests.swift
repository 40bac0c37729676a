import Checkpoints
import Images
import Models
import Testing

/// What is drawn over a picture lies where its tokens look, to the pixel.
@Suite struct LayoutDrawingTests {
  private let rule = TilingRule(
    tileSide: 336, patchSide: 14, pinpoints: ImageProcessorConfiguration().pinpoints)

  private let plain = HeatMapStyle(
    maximumOpacity: 1, saturation: 1, minimumSide: 0, drawsLegend: false)

  private func grey(_ width: Int, _ height: Int, level: UInt8 = 128) throws -> Picture {
    try Picture(
      width: width, height: height, pixels: Array(repeating: level, count: width * height * 3))
  }

  @Test func tilesLieOnTheAspectPreservingAreaWithoutPadding() throws {
    let (width, height) = (120, 70)
    let layout = try rule.geometry(pictureWidth: width, pictureHeight: height).layout
    let tiles = try #require(layout.view(named: "tiles"))
    let count = tiles.rows * tiles.columns
    for position in stride(from: 0, to: count, by: 97) {
      let grid = try #require(
        try tiles.activationGrid(positions: [position], values: [2]))
      let drawn = try ActivationMask(grid).drawn(
        over: grey(width, height, level: 200), style: MaskStyle(.black))
      let (row, column) = position.quotientAndRemainder(dividingBy: tiles.columns)
      let box = layout.box(in: tiles, row: row, column: column)
      for y in 0..<height {
        for x in 0..<width {
          let (a, b) = (Double(x) + 0.5, Double(y) + 0.5)
          let isInside =
            box.map { a >= $0.left && a < $0.right && b >= $0.top && b < $0.bottom } ?? false
          #expect((drawn[x, y].red == 200) == isInside)
        }
      }
    }
    #expect(throws: ImageError.self) {
      try tiles.activationGrid(positions: [count], values: [1])
    }
  }

  @Test func aTokensScoreIsDrawnOnItsBox() throws {
    let layout = try rule.geometry(pictureWidth: 120, pictureHeight: 90).layout
    let picture = try grey(120, 90)
    for token in [10, 300, 900, 1500, 2000] where layout.box(ofToken: token) != nil {
      var scores = [Float](repeating: 0, count: layout.tokenCount)
      scores[token] = 1
      let drawn = try HeatMap(layout.scoreGrids(of: scores)).drawn(over: picture, style: plain)
      let box = try #require(layout.box(ofToken: token))
      for y in 0..<90 {
        for x in 0..<120 {
          let (column, row) = (Double(x) + 0.5, Double(y) + 0.5)
          let isInside =
            column > box.left && column < box.right && row > box.top && row < box.bottom
          #expect((drawn[x, y] != (128, 128, 128)) == isInside)
        }
      }
    }
  }
}
