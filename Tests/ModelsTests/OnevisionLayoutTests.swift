import Checkpoints
import Images
import Models
import TestSupport
import Testing

/// How LLaVA-OneVision lays out and pads pictures (Tests/Fixtures/make/onevision.py).
@Suite struct OnevisionLayoutTests {
  struct Setting: Decodable, Sendable {
    var side: Int
    var patch: Int
    var pinpoints: [[Int]]
    var mostTiles: Int

    var rule: TilingRule {
      TilingRule(
        tileSide: side, patchSide: patch,
        pinpoints: pinpoints.map { ImageSize(height: $0[0], width: $0[1]) }, mostTiles: mostTiles)
    }
  }

  struct Table: Decodable, Sendable {
    var settings: [Setting]
    var cases: [[Int]]
  }

  struct Padded: Decodable, Sendable {
    var width: Int
    var height: Int
    var seed: UInt32
    var side: Int
    var filter: Int
    var mean: [Double]
    var std: [Double]
    var hash: String
    var first: [Float]
  }

  @Test func cellsAndTokensAreThoseOfTransformers() throws {
    let table = try Fixtures.json("onevision/counts.json", as: Table.self)
    #expect(table.cases.count == 400)
    var shrunk = 0
    for row in table.cases {
      let geometry = try table.settings[row[0]].rule.geometry(
        pictureWidth: row[1], pictureHeight: row[2])
      #expect(geometry.tiling?.canvas == ImageSize(height: row[3], width: row[4]), "\(row)")
      let tiles = try #require(geometry.layout.view(named: "tiles"))
      // A canvas without rows has no columns either, to whoever looks at its tokens alone.
      #expect(tiles.rows == row[5] && (tiles.rows == 0 || tiles.columns == row[6]), "\(row)")
      #expect(geometry.layout.tokenCount == row[7], "\(row)")
      if tiles.rows < geometry.keptRows.count { shrunk += 1 }
    }
    #expect(shrunk > 50)
  }

  @Test func pixelsOfPaddedPicturesAreThoseOfTransformers() throws {
    for example in try Fixtures.json("onevision/padded.json", as: [Padded].self) {
      let processor = try ImageProcessor(
        ImageProcessorConfiguration(
          size: .exact(height: example.side, width: example.side), crop: nil, mean: example.mean,
          standardDeviation: example.std,
          filter: try #require(ResampleFilter(rawValue: example.filter)), resizing: .pillow,
          pinpoints: []))
      let tile = try processor.paddedTile(
        of: pattern(width: example.width, height: example.height, seed: example.seed))
      #expect(tile.tileCount == 1)
      #expect(Array(tile.values.prefix(3)) == example.first)
      #expect(fingerprint(tile.values) == example.hash, "\(example)")
    }
  }

  /// The square is never made; what would come of it is known from the one that is made here.
  @Test(arguments: PictureResizing.allCases, [ResampleFilter.bilinear, .bicubic])
  func paddingIsThatOfASquareThatIsMade(
    _ resizing: PictureResizing, _ filter: ResampleFilter
  ) throws {
    let background: [UInt8] = [122, 7, 255]
    for (width, height) in [(61, 45), (44, 61), (1, 97), (96, 1), (30, 30), (13, 12), (2, 5)] {
      let picture = try pattern(width: width, height: height, seed: 5)
      let square = max(width, height)
      let (left, top) = ((square - width) / 2, (square - height) / 2)
      var pixels = [UInt8](repeating: 0, count: square * square * 3)
      for index in pixels.indices {
        let (y, x) = (index / 3 / square - top, index / 3 % square - left)
        let isInside = y >= 0 && y < height && x >= 0 && x < width
        pixels[index] =
          isInside ? picture.pixels[(y * width + x) * 3 + index % 3] : background[index % 3]
      }
      let made = try Picture(width: square, height: square, pixels: pixels)
      for side in [8, 30, 61, 90] {
        let expected = try made.resized(
          width: side, height: side, filter: filter, resizing: resizing)
        let found = try picture.paddedToSquare(
          background: background, side: side, filter: filter, resizing: resizing)
        #expect(found == expected, "\(width) by \(height) to \(side)")
      }
    }
  }

  /// A square of this picture would have 2.5 thousand million pixels.
  @Test(.timeLimit(.minutes(1)))
  func anExtremePictureCostsNoMoreThanItsPixels() throws {
    for (width, height) in [(1, 50_000), (50_000, 1)] {
      let picture = try pattern(width: width, height: height, seed: 9)
      let padded = try picture.paddedToSquare(
        background: [1, 2, 3], side: 384, filter: .bicubic, resizing: .default)
      #expect(padded[0, 0] == (1, 2, 3) && padded[383, 383] == (1, 2, 3))
      let rule = TilingRule(
        tileSide: 384, patchSide: 14,
        pinpoints: (1...6).map { ImageSize(height: 384 * $0, width: 384) }, mostTiles: 9)
      #expect(
        try rule.geometry(pictureWidth: width, pictureHeight: height).layout.tokenCount < 9000)
      let layout = try rule.paddedLayout(pictureWidth: width, pictureHeight: height)
      #expect(layout.tokenCount == 730)
      // One column or row of cells in the middle sees the picture.
      #expect((0..<730).filter { layout.box(ofToken: $0) != nil }.count == 27)
    }
  }

  @Test func aCanvasThatNoCellWouldBeLeftOfIsRefused() {
    let rule = TilingRule(
      tileSide: 28, patchSide: 14, pinpoints: [ImageSize(height: 28, width: 28 * 600)],
      mostTiles: 1)
    #expect(throws: ImageError.self) {
      try rule.geometry(pictureWidth: 16_800, pictureHeight: 28)
    }
  }

  @Test func aMeanThatIsNoColourIsRefused() throws {
    for mean in [[-0.1, 0, 0], [0, 2, 0], [0, 0, 1e300]] {
      let processor = try ImageProcessor(
        ImageProcessorConfiguration(size: .shortestEdge(8), crop: nil, mean: mean, pinpoints: []))
      #expect(throws: ImageError.self) {
        try processor.paddedTile(of: pattern(width: 3, height: 2, seed: 1))
      }
    }
  }
}
