import Images
import Testing

@Suite struct ActivationMaskTests {
  struct PaperCase: Decodable, Sendable {
    var width: Int
    var height: Int
    var seed: UInt32
    var grid: Int
    var tile: Int
    var activations: [Float]
    var row: [UInt8]
    var hash: String
  }

  private func white(_ width: Int, _ height: Int) throws -> Picture {
    try Picture(
      width: width, height: height, pixels: [UInt8](repeating: 200, count: width * height * 3))
  }

  private func mask(
    _ rows: Int, _ columns: Int, _ scores: [Float], _ region: PixelBox
  ) throws -> ActivationMask {
    try ActivationMask(ScoreGrid(rows: rows, columns: columns, scores: scores, region: region))
  }

  @Test func paperMasksEqualPillows() throws {
    let cases = try Fixtures.decoded([PaperCase].self, from: "masks/paper.json")
    #expect(cases.count == 4)
    for example in cases {
      let picture = try pattern(width: example.width, height: example.height, seed: example.seed)
      let region = PixelBox(
        left: 0, top: 0, right: Double(example.width), bottom: Double(example.height))
      let drawn = try mask(example.grid, example.grid, example.activations, region).drawn(
        over: picture, style: MaskStyle(.paper), tileSide: example.tile, resizing: .pillow13)
      #expect(drawn.width == example.tile && drawn.height == example.tile)
      let start = example.tile / 2 * example.tile * 3
      #expect(Array(drawn.pixels[start..<(start + example.tile * 3)]) == example.row)
      #expect(fingerprint(drawn.pixels) == example.hash)
    }
  }

  @Test func patchesAreDarkenedExactlyWhereTheyLie() throws {
    let picture = try white(12, 8)
    let region = PixelBox(left: 0, top: 0, right: 12, bottom: 8)
    let found = try mask(2, 3, [0, 1, 0, 4, 0, 2], region)
    let light: [MaskStyle.Kind: [UInt8]] = [
      .black: [0, 200, 0, 200, 0, 200], .dimmed: [50, 200, 50, 200, 50, 200],
      .weighted: [50, 88, 50, 200, 50, 125],
    ]
    for (kind, expected) in light {
      let drawn = try found.drawn(over: picture, style: MaskStyle(kind, level: 0.25))
      for y in 0..<8 {
        for x in 0..<12 { #expect(drawn[x, y].red == expected[y / 4 * 3 + x / 4], "\(kind)") }
      }
    }
  }

  @Test func whatNoPatchSeesIsDark() throws {
    let region = PixelBox(left: 2, top: -3, right: 8, bottom: 6)
    let drawn = try mask(1, 1, [1], region).drawn(over: white(10, 10), style: MaskStyle(.black))
    for y in 0..<10 {
      for x in 0..<10 { #expect((drawn[x, y].red == 200) == ((2..<8).contains(x) && y < 6)) }
    }
  }

  @Test func smoothMasksAreWholeAtCentresAndFallOffBetween() throws {
    let region = PixelBox(left: 0, top: 0, right: 90, bottom: 30)
    let drawn = try mask(1, 3, [0, 5, 0], region).drawn(
      over: white(90, 30), style: MaskStyle(.black, interpolation: .smooth))
    let reds = (0..<90).map { Int(drawn[$0, 15].red) }
    #expect(reds[44] > 195 && reds[14] == 0 && reds[29] < 110 && reds[29] > 85)
    #expect(zip(reds[14..<44], reds[15..<45]).allSatisfy { $0 <= $1 })
  }

  @Test func masksWithoutAnyActivationAreDarkAllOver() throws {
    let region = PixelBox(left: 0, top: 0, right: 4, bottom: 4)
    for kind in [MaskStyle.Kind.black, .weighted, .dimmed] {
      let drawn = try mask(2, 2, [0, 0, 0, 0], region).drawn(
        over: white(4, 4), style: MaskStyle(kind, level: 0))
      #expect(drawn.pixels.allSatisfy { $0 == 0 })
    }
  }

  @Test func veilsAreAsOpaqueAsPatchesAreInactive() throws {
    let region = PixelBox(left: 0, top: 0, right: 4, bottom: 4)
    let found = try mask(2, 2, [0, 4, 1, 0], region)
    let decoder = PictureDecoder(treatment: .opened)
    #expect(try decoder.picture(from: found.veil(isWeighted: false)).width == 2)
    #expect(try found.veil(isWeighted: true) != found.veil(isWeighted: false))
  }

  @Test func montagesPutPicturesWhereTheyBelong() throws {
    let picture = try white(40, 20)
    let cells = (0..<7).map { Montage.Cell(picture: picture, caption: "#\($0) 1.25") }
    for background in Montage.Background.allCases {
      let montage = try Montage(
        cells, title: "feature 12", columns: 3, side: 80, background: background)
      let drawn = try montage.drawn()
      #expect(drawn.width == 3 * 92 + 12)
      #expect(drawn[12 + 40, 12 + 26 + 40].red == 200)
      #expect(drawn[0, 0].red == (background == .light ? 251 : 22))
    }
    #expect(throws: ImageError.self) { try Montage([]) }
    #expect(throws: ImageError.self) { try Montage(cells, columns: 1, side: .max) }
    #expect(throws: ImageError.self) { try Montage(cells, columns: 1_000_000) }
  }
}
