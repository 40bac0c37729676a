import Checkpoints
import Images
import Models
import TestSupport
import Testing

@Suite struct PatchGeometryTests {
  struct Table: Decodable, Sendable {
    var pinpoints: [String: [[Int]]]
    var columns: [String]
    var cases: [[Int]]
  }

  private func geometry(
    width: Int, height: Int, side: Int, patch: Int, pinpoints: [ImageSize]
  ) throws -> PatchGeometry {
    let processor = try ImageProcessor(
      ImageProcessorConfiguration(
        size: .shortestEdge(side), crop: (side, side), pinpoints: pinpoints))
    return try PatchGeometry(
      pictureWidth: width, pictureHeight: height, tileSide: side, patchSide: patch,
      tiling: processor.tiling(pictureWidth: width, pictureHeight: height))
  }

  private let llavaNext = ImageProcessorConfiguration().pinpoints

  @Test func resolutionsPaddingAndTokenCountsEqualTransformers() throws {
    let table = try Fixtures.json("images/counts.json", as: Table.self)
    #expect(table.cases.count > 400)
    for row in table.cases {
      let pinpoints = try #require(table.pinpoints[String(row[0])])
      let geometry = try geometry(
        width: row[2], height: row[3], side: row[0], patch: row[1],
        pinpoints: pinpoints.map { ImageSize(height: $0[0], width: $0[1]) })
      #expect(geometry.tiling?.canvas == ImageSize(height: row[4], width: row[5]), "\(row)")
      let tiles = (geometry.tiling?.tileRows ?? 0, geometry.tiling?.tileColumns ?? 0)
      let side = geometry.patchesPerSide
      #expect((tiles.0 * side, tiles.1 * side) == (row[6], row[7]), "\(row)")
      #expect(geometry.keptRows.count == row[8], "\(row)")
      #expect(geometry.keptColumns.count == row[9], "\(row)")
      if row[10] >= 0 {
        let first = geometry.keptRows.lowerBound * row[7] + geometry.keptColumns.lowerBound
        #expect(first == row[10], "\(row)")
      }
      #expect(geometry.layout.tokenCount == row[11], "\(row)")
    }
  }

  @Test func tokensAndCellsAreInverse() throws {
    for (width, height) in [(640, 480), (1, 1), (3, 2000), (2000, 3), (336, 336)] {
      let geometry = try geometry(
        width: width, height: height, side: 336, patch: 14, pinpoints: llavaNext)
      let layout = geometry.layout
      let tiles = try #require(layout.view(named: "tiles"))
      var others: [Int] = []
      for token in 0..<layout.tokenCount {
        guard let cell = layout.cell(ofToken: token) else {
          others.append(token)
          continue
        }
        let view = layout.views[cell.view]
        #expect(view.token(row: cell.row, column: cell.column) == token)
      }
      #expect(layout.cell(ofToken: -1) == nil)
      #expect(layout.cell(ofToken: layout.tokenCount) == nil)
      // Behind each row of the canvas stands a newline.
      let (rows, columns) = (geometry.keptRows.count, geometry.keptColumns.count)
      #expect(others == (0..<rows).map { 576 + $0 * (columns + 1) + columns })
      let cells = (0..<layout.tokenCount).filter { !others.contains($0) }
      #expect(layout.views.flatMap(\.cellTokens) == cells)
      #expect((tiles.rowAxis.first, tiles.rows) == (geometry.keptRows.lowerBound, rows))
      #expect((tiles.columnAxis.first, tiles.columns) == (geometry.keptColumns.lowerBound, columns))
    }
  }

  @Test func theBoxesOfAViewTileThePictureWithoutOverlap() throws {
    for (width, height) in [(640, 480), (481, 639), (1, 1), (3, 2000), (899, 1024), (336, 1000)] {
      let layout = try geometry(
        width: width, height: height, side: 336, patch: 14, pinpoints: llavaNext
      ).layout
      let boxes = (0..<layout.tokenCount).map(layout.box(ofToken:))
      let area = Double(width * height)
      let base = boxes.prefix(576).compactMap { $0 }
      #expect(abs(base.map { $0.width * $0.height }.reduce(0, +) - area) < 1e-6 * area)
      let tiles = boxes.dropFirst(576).compactMap { $0 }
      let covered = tiles.map { $0.width * $0.height }.reduce(0, +)
      #expect(covered <= area * (1 + 1e-9))
      let isExtreme = max(width, height) > 50 * min(width, height)
      if !isExtreme { #expect(covered > 0.9 * area) }
      for box in base + tiles {
        #expect(box.left >= 0 && box.top >= 0)
        #expect(box.right <= Double(width) && box.bottom <= Double(height))
      }
    }
  }

  @Test func aTilesTokenCoversThePixelsThatItsPatchIsMadeOf() throws {
    // On a canvas of the picture's own size nothing is scaled: pixel values show where each patch
    // came from.
    let configuration = ImageProcessorConfiguration(
      size: .shortestEdge(8), crop: (8, 8), pinpoints: [ImageSize(height: 16, width: 24)],
      rescales: false, normalizes: false)
    let (width, height) = (24, 10)
    let processor = try ImageProcessor(configuration)
    let black = try Picture(
      width: width, height: height, pixels: [UInt8](repeating: 0, count: width * height * 3))
    let plain = try processor.tiles(of: black)
    let tiling = try #require(processor.tiling(pictureWidth: width, pictureHeight: height))
    #expect(tiling.resizedWidth == 24 && tiling.resizedHeight == 10)
    let layout = try PatchGeometry(
      pictureWidth: width, pictureHeight: height, tileSide: 8, patchSide: 4, tiling: tiling
    ).layout
    let tiles = try #require(layout.view(named: "tiles"))
    for y in 0..<height {
      for x in 0..<width {
        var pixels = black.pixels
        pixels[(y * width + x) * 3] = 255
        let painted = try processor.tiles(
          of: Picture(width: width, height: height, pixels: pixels))
        // The reference drops a row of patches that is more padding than picture.
        let changed = changedCells(plain, painted, tileColumns: tiling.tileColumns, of: tiles)
        let box = PixelBox(
          left: Double(x), top: Double(y), right: Double(x + 1), bottom: Double(y + 1))
        let touched = layout.tokens(of: tiles, touching: box).compactMap(layout.cell(ofToken:))
        #expect(Set(touched) == changed)
      }
    }
  }

  /// The cells of a view of patches of 4 pixels in which two tilings' canvases differ.
  private func changedCells(
    _ plain: PictureTiles, _ painted: PictureTiles, tileColumns columns: Int, of view: PictureView
  ) -> Set<PictureLayout.Cell> {
    var result: Set<PictureLayout.Cell> = []
    let side = plain.tileWidth
    for tile in 1..<plain.tileCount {
      for index in 0..<(side * side) {
        let place = tile * plain.tileLength + index
        guard plain.values[place] != painted.values[place] else { continue }
        let (tileRow, tileColumn) = (tile - 1).quotientAndRemainder(dividingBy: columns)
        let row = (tileRow * side + index / side) / 4 - view.rowAxis.first
        let column = (tileColumn * side + index % side) / 4 - view.columnAxis.first
        if (0..<view.rows).contains(row), (0..<view.columns).contains(column) {
          result.insert(PictureLayout.Cell(view: 1, row: row, column: column))
        }
      }
    }
    return result
  }

  @Test func aPictureWithoutTilesEndsInOneNewline() throws {
    let geometry = try PatchGeometry(
      pictureWidth: 9, pictureHeight: 5, tileSide: 336, patchSide: 14, tiling: nil)
    let layout = geometry.layout
    #expect(layout.tokenCount == 577)
    #expect(layout.views.map(\.name) == ["base"])
    #expect(layout.cell(ofToken: 576) == nil && layout.cell(ofToken: 575) != nil)
    #expect(layout.box(ofToken: 576) == nil)
  }

  @Test func aPatchLargerThanItsTileIsRefused() {
    #expect(throws: ImageError.self) {
      try PatchGeometry(
        pictureWidth: 9, pictureHeight: 5, tileSide: 8, patchSide: 14, tiling: nil)
    }
  }
}
