import Checkpoints
import Images
import Models
import TestSupport
import Testing

@Suite struct ImageProcessorTests {
  struct Case: Decodable, Sendable {
    var side: Int
    var pinpoints: [[Int]]
    var filter: Int
    var mean: [Double]
    var std: [Double]
    var width: Int
    var height: Int
    var seed: UInt32
    var tiles: Int
    var best: [Int]
    var hash: String
    var first: [Float]
    var last: [Float]
  }

  private func processor(_ example: Case, _ resizing: PictureResizing) throws -> ImageProcessor {
    let filter = try #require(ResampleFilter(rawValue: example.filter))
    return try ImageProcessor(
      ImageProcessorConfiguration(
        size: .shortestEdge(example.side), crop: (example.side, example.side), mean: example.mean,
        standardDeviation: example.std, filter: filter, resizing: resizing,
        pinpoints: example.pinpoints.map { ImageSize(height: $0[0], width: $0[1]) }))
  }

  @Test(arguments: [
    ("images/tilings.json", PictureResizing.pillow13),
    ("resizing/tilings.json", PictureResizing.torchvision),
  ])
  func pixelValuesEqualTransformersBitForBit(_ file: String, _ resizing: PictureResizing) throws {
    for example in try Fixtures.json(file, as: [Case].self) {
      let picture = try pattern(width: example.width, height: example.height, seed: example.seed)
      let processor = try processor(example, resizing)
      let image = try processor.tiles(of: picture)
      let tiling = processor.tiling(pictureWidth: example.width, pictureHeight: example.height)
      #expect(image.tileCount == example.tiles)
      #expect(tiling?.canvas.height == example.best[0])
      #expect(tiling?.canvas.width == example.best[1])
      #expect(Array(image.values.prefix(3)) == example.first)
      #expect(Array(image.values.suffix(3)) == example.last)
      #expect(fingerprint(image.values) == example.hash, "\(example)")
    }
  }

  @Test func theBaseTileComesFirstAndCoversTheWholePicture() throws {
    let processor = try ImageProcessor(
      ImageProcessorConfiguration(
        size: .exact(height: 4, width: 4), crop: nil,
        pinpoints: [ImageSize(height: 4, width: 8)], rescales: false, normalizes: false))
    let pixels = (0..<16).flatMap { (level: UInt8) -> [UInt8] in [level, 100, 200] }
    let picture = try Picture(width: 4, height: 4, pixels: pixels)
    let image = try processor.tiles(of: picture)
    #expect(image.tileCount == 3)
    #expect(Array(image[tile: 0].prefix(16)) == (0..<16).map(Float.init))
    // On the canvas of 8 by 4 the picture hangs in the middle, with two
    // black columns on either side.
    #expect(Array(image[tile: 1].prefix(4)) == [0, 0, 0, 1])
    #expect(Array(image[tile: 2].prefix(4)) == [2, 3, 0, 0])
  }

  @Test func withoutPinpointsThereIsOnlyTheBaseTile() throws {
    let processor = try ImageProcessor(
      ImageProcessorConfiguration(size: .shortestEdge(8), crop: (8, 8), pinpoints: []))
    let image = try processor.tiles(of: pattern(width: 9, height: 5, seed: 3))
    #expect(image.tileCount == 1)
    #expect(processor.tiling(pictureWidth: 9, pictureHeight: 5) == nil)
    #expect(image.values.count == 3 * 64)
  }

  @Test(arguments: [
    ImageProcessorConfiguration(size: .shortestEdge(0), crop: nil),
    ImageProcessorConfiguration(size: .shortestEdge(1 << 40), crop: nil),
    ImageProcessorConfiguration(size: .exact(height: 336, width: 224)),
    ImageProcessorConfiguration(size: .shortestEdge(336), crop: (224, 224)),
    ImageProcessorConfiguration(pinpoints: [ImageSize(height: 337, width: 336)]),
    ImageProcessorConfiguration(pinpoints: [ImageSize(height: 0, width: 336)]),
    ImageProcessorConfiguration(pinpoints: [ImageSize(height: -336, width: 336)]),
    ImageProcessorConfiguration(pinpoints: [ImageSize(height: 33_600, width: 33_600)]),
    ImageProcessorConfiguration(mean: [0.5]),
    ImageProcessorConfiguration(standardDeviation: [.nan, 1, 1]),
  ])
  func settingsThatNoPictureFitsAreRefused(_ configuration: ImageProcessorConfiguration) {
    #expect(throws: ImageError.self) { try ImageProcessor(configuration) }
  }
}
