import Images
import Testing

@Suite struct PatchGeometryTests {
  struct Table: Decodable, Sendable {
    var pinpoints: [String: [[Int]]]
    var columns: [String]
    var cases: [[Int]]
  }

  private func geometry(
    width: Int, height: Int, side: Int, patch: Int, pinpoints: [GridPinpoint]
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
    let table = try Fixtures.decoded(Table.self, from: "images/counts.json")
    #expect(table.cases.count > 400)
    for row in table.cases {
      let pinpoints = try #require(table.pinpoints[String(row[0])])
      let geometry = try geometry(
        width: row[2], height: row[3], side: row[0], patch: row[1],
        pinpoints: pinpoints.map { GridPinpoint(height: $0[0], width: $0[1]) })
      #expect(geometry.tiling?.canvas == GridPinpoint(height: row[4], width: row[5]), "\(row)")
      #expect(geometry.canvasGrid == (row[6], row[7]), "\(row)")
      #expect(geometry.keptRows.count == row[8], "\(row)")
      #expect(geometry.keptColumns.count == row[9], "\(row)")
      if row[10] >= 0 {
        let first = geometry.keptRows.lowerBound * row[7] + geometry.keptColumns.lowerBound
        #expect(first == row[10], "\(row)")
      }
      #expect(geometry.tokenCount == row[11], "\(row)")
    }
  }

  @Test func tokensAndIndicesAreInverse() throws {
    for (width, height) in [(640, 480), (1, 1), (3, 2000), (2000, 3), (336, 336)] {
      let geometry = try geometry(
        width: width, height: height, side: 336, patch: 14, pinpoints: llavaNext)
      for index in 0..<geometry.tokenCount {
        let token = try #require(geometry.token(at: index))
        #expect(geometry.index(of: token) == index)
      }
      #expect(geometry.token(at: -1) == nil)
      #expect(geometry.token(at: geometry.tokenCount) == nil)
      let newlines = (0..<geometry.tokenCount).filter {
        if case .newline = geometry.token(at: $0) { true } else { false }
      }
      #expect(newlines == geometry.newlineIndices)
    }
  }

  @Test func theBoxesOfAViewTileThePictureWithoutOverlap() throws {
    for (width, height) in [(640, 480), (481, 639), (1, 1), (3, 2000), (899, 1024), (336, 1000)] {
      let geometry = try geometry(
        width: width, height: height, side: 336, patch: 14, pinpoints: llavaNext)
      let boxes = (0..<geometry.tokenCount).map(geometry.box(ofTokenAt:))
      let area = Double(width * height)
      let base = boxes.prefix(geometry.baseTokenCount).compactMap { $0 }
      #expect(abs(base.map { $0.width * $0.height }.reduce(0, +) - area) < 1e-6 * area)
      let tiles = boxes.dropFirst(geometry.baseTokenCount).compactMap { $0 }
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
    // On a canvas of the picture's own size nothing is scaled: pixel values show where each patch came from.
    let configuration = ImageProcessorConfiguration(
      size: .shortestEdge(8), crop: (8, 8), pinpoints: [GridPinpoint(height: 16, width: 24)],
      rescales: false, normalizes: false)
    let (width, height) = (24, 10)
    let processor = try ImageProcessor(configuration)
    let black = try Picture(
      width: width, height: height, pixels: [UInt8](repeating: 0, count: width * height * 3))
    let plain = try processor.tiledImage(from: black)
    let geometry = try PatchGeometry(plain, patchSide: 4)
    for y in 0..<height {
      for x in 0..<width {
        var pixels = black.pixels
        pixels[(y * width + x) * 3] = 255
        let painted = try processor.tiledImage(
          from: Picture(width: width, height: height, pixels: pixels))
        // The reference drops a row of patches that is more padding than picture.
        let changed = changedCanvasPatches(plain, painted, patchSide: 4).filter {
          geometry.index(of: $0) != nil
        }
        let box = PixelBox(
          left: Double(x), top: Double(y), right: Double(x + 1), bottom: Double(y + 1))
        let touched = geometry.indices(touching: box, view: .tiles).compactMap(geometry.token(at:))
        let tiling = try #require(geometry.tiling)
        #expect(tiling.resizedWidth == 24 && tiling.resizedHeight == 10)
        #expect(Set(touched) == changed)
      }
    }
  }

  private func changedCanvasPatches(
    _ plain: TiledImage, _ painted: TiledImage, patchSide: Int
  ) -> Set<ImageToken> {
    var result: Set<ImageToken> = []
    let side = plain.tileSide
    let columns = plain.tiling?.tileColumns ?? 1
    for tile in 1..<plain.tileCount {
      for index in 0..<(side * side) {
        let place = tile * plain.tileLength + index
        guard plain.values[place] != painted.values[place] else { continue }
        let (tileRow, tileColumn) = (tile - 1).quotientAndRemainder(dividingBy: columns)
        result.insert(
          .tile(
            row: (tileRow * side + index / side) / patchSide,
            column: (tileColumn * side + index % side) / patchSide))
      }
    }
    return result
  }

  @Test func aPictureWithoutTilesEndsInOneNewline() throws {
    let geometry = try PatchGeometry(
      pictureWidth: 9, pictureHeight: 5, tileSide: 336, patchSide: 14, tiling: nil)
    #expect(geometry.tokenCount == 577)
    #expect(geometry.token(at: 576) == .newline(row: 0))
    #expect(geometry.box(ofTokenAt: 576) == nil)
    #expect(geometry.newlineIndices == [576])
    #expect(geometry.tileRegion == nil)
  }

  @Test func aPatchLargerThanItsTileIsRefused() {
    #expect(throws: ImageError.self) {
      try PatchGeometry(
        pictureWidth: 9, pictureHeight: 5, tileSide: 8, patchSide: 14, tiling: nil)
    }
  }
}
