import Images
import Testing

@Suite struct RenderingTests {
  struct Mask: Decodable, Sendable {
    var width: Int
    var height: Int
    var seed: UInt32
    var side: Int
    var filter: Int
    var active: [Float]
    var hash: String
  }

  private let plain = HeatMapStyle(
    maximumOpacity: 1, saturation: 1, minimumSide: 0, drawsLegend: false)

  private func grey(_ width: Int, _ height: Int) throws -> Picture {
    try Picture(
      width: width, height: height, pixels: [UInt8](repeating: 128, count: width * height * 3))
  }

  private func grid(_ rows: Int, _ columns: Int, _ scores: [Float], over picture: Picture) throws
    -> ScoreGrid
  {
    try ScoreGrid(
      rows: rows, columns: columns, scores: scores,
      region: PixelBox(
        left: 0, top: 0, right: Double(picture.width), bottom: Double(picture.height)))
  }

  @Test func dimmedPicturesEqualThePublishedPipelinesMadeWithPillow() throws {
    for example in try Fixtures.decoded([Mask].self, from: "images/masks.json") {
      let picture = try pattern(width: example.width, height: example.height, seed: example.seed)
      let dimmed = try DimmedPicture(
        rows: example.side, columns: example.side, activations: example.active,
        interpolation: example.filter == 0 ? .patches : .smooth, resizing: .pillow13)
      #expect(fingerprint(try dimmed.drawn(over: picture).pixels) == example.hash, "\(example)")
    }
  }

  @Test func patchesAreDrawnExactlyWhereTheyLie() throws {
    let picture = try grey(12, 9)
    var scores = [Float](repeating: 0, count: 12)
    scores[5] = 2
    scores[10] = -2
    let map = try HeatMap([grid(3, 4, scores, over: picture)])
    #expect(map.scale == 2)
    let drawn = try map.drawn(over: picture, style: plain)
    for y in 0..<9 {
      for x in 0..<12 {
        let patch = y / 3 * 4 + x / 3
        switch patch {
        case 5: #expect(drawn[x, y] == (178, 24, 43))
        case 10: #expect(drawn[x, y] == (33, 102, 172))
        default: #expect(drawn[x, y] == (128, 128, 128))
        }
      }
    }
  }

  @Test func smoothMapsMeetThePatchesAtTheirCentresAndFallOffBetween() throws {
    let picture = try grey(90, 30)
    let map = try HeatMap([grid(1, 3, [0, 1, 0], over: picture)])
    var style = plain
    style.interpolation = .smooth
    let drawn = try map.drawn(over: picture, style: style)
    let reds = (0..<90).map { Int(drawn[$0, 15].red) - Int(drawn[$0, 15].green) }
    #expect(drawn[14, 15] == (128, 128, 128))
    #expect(reds[44] > 145)
    #expect(zip(reds[14..<44], reds[15..<45]).allSatisfy { $0 <= $1 })
    #expect(zip(reds[45..<74], reds[46..<75]).allSatisfy { $0 >= $1 })
  }

  @Test func overlappingGridsAddUp() throws {
    let picture = try grey(8, 8)
    let ones = try grid(2, 2, [1, 1, 1, 1], over: picture)
    let opposite = try grid(1, 1, [-1], over: picture)
    let map = try HeatMap([ones, opposite])
    #expect(try map.drawn(over: picture, style: plain) == picture)
    #expect(try HeatMap([ones, ones]).scale == 2)
  }

  @Test func smallPicturesAreEnlargedAndLargeOnesReduced() throws {
    let map = try HeatMap([grid(2, 2, [1, -1, 0, 0.5], over: grey(10, 7))])
    var style = HeatMapStyle(drawsGrid: true, drawsLegend: false)
    #expect(try map.drawn(over: grey(10, 7), style: style).width == 450)
    #expect(try map.drawn(over: grey(1, 1), style: style).height == 448)
    #expect(try map.drawn(over: grey(500, 1), style: style).height == 1)
    style.maximumSide = 100
    #expect(try map.drawn(over: grey(500, 3), style: style).width == 100)
    style.drawsLegend = true
    #expect(try map.drawn(over: grey(500, 250), style: style).height > 50)
    style.minimumSide = 0
    #expect(try map.drawn(over: grey(1, 1), style: style).width == 1)
  }

  @Test func scoresThatAreNoNumbersAreRefused() throws {
    let picture = try grey(2, 2)
    #expect(throws: ImageError.scoreNotFinite(index: 1, value: "nan")) {
      try grid(1, 2, [0, .nan], over: picture)
    }
    #expect(throws: ImageError.wrongCount(of: "scores", found: 3, expected: 4)) {
      try grid(2, 2, [1, 2, 3], over: picture)
    }
    #expect(throws: ImageError.self) { try grid(0, 0, [], over: picture) }
    #expect(throws: ImageError.self) { try grid(.max, 3, [], over: picture) }
    #expect(throws: ImageError.self) { try HeatMap([]) }
    #expect(throws: ImageError.self) { try TokenStrip([.init(text: "a", score: .infinity)]) }
    let map = try HeatMap([grid(1, 1, [0], over: picture)])
    #expect(try map.drawn(over: picture, style: plain) == picture)
    let huge = Float.greatestFiniteMagnitude
    let extremes = try grid(2, 2, [huge, -huge, -huge, huge], over: picture)
    let style = HeatMapStyle(interpolation: .smooth)
    #expect(try HeatMap([extremes, extremes]).drawn(over: picture, style: style).width == 448)
  }

  @Test func writtenPicturesAreReadBackAndAlwaysTheSame() throws {
    let picture = try pattern(width: 57, height: 31, seed: 9)
    let bytes = try PNGEncoder.data(picture)
    #expect(try PNGEncoder.data(picture) == bytes)
    #expect(try PictureDecoder().picture(from: bytes) == picture)
    let rgba: [UInt8] = [10, 20, 30, 0, 40, 50, 60, 255]
    let clear = try PNGEncoder.data(rgba: rgba, width: 2, height: 1)
    let opened = try PictureDecoder(treatment: .opened).picture(from: clear)
    #expect(opened.pixels == [255, 255, 255, 40, 50, 60])
    #expect(throws: ImageError.self) { try PNGEncoder.data(rgba: rgba, width: 3, height: 1) }
    #expect(throws: ImageError.self) { try PNGEncoder.data(rgba: [], width: 0, height: 0) }
  }

  @Test func stripsBreakTheirLinesAndStayBounded() throws {
    let words = (0..<40).map { TokenStrip.Token(text: " word\($0)", score: Float($0) - 20) }
    let narrow = try TokenStrip(words).picture(width: 300)
    let wide = try TokenStrip(words).picture(width: 1200)
    #expect(narrow.width == 300 && wide.width == 1200)
    #expect(narrow.height > wide.height)
    #expect(try TokenStrip([]).picture().width == 896)
    let long = [TokenStrip.Token(text: String(repeating: "x", count: 100_000), score: 1)]
    #expect(try TokenStrip(long).picture().height < 200)
    #expect(throws: ImageError.self) {
      try TokenStrip((0..<9000).map { .init(text: "\n", score: Float($0)) }).picture()
    }
  }
}
