import Checkpoints
import Images
import Interpretation
import Models
import Tensors
import TestSupport
import Testing

@Suite struct RegionTests {
  private struct Spans: Decodable {
    let checkpoint: String
    let `case`: String
    let spans: [[Int]]
  }

  /// transformers' tokenizer says which tokens hold a part's characters.
  @Test(arguments: [
    ("llama3", "landscape"), ("mistral", "text"), ("qwen2-last-block", "text"),
  ])
  func partsAreTheirTokens(_ name: String, _ prompt: String) throws {
    let bench = try Bench(name)
    let parts = try bench.reference.parts.map { part in
      try part.image.map { PromptPart.picture(try Bench.picture($0)) } ?? .text(part.text ?? "")
    }
    let context = try bench.context(
      try bench.model.prompt(parts, template: .model(addGenerationPrompt: true)))
    let known = try Fixtures.json("models/cases.json", as: [Spans].self)
    let spans = try #require(
      known.first { $0.checkpoint == bench.reference.checkpoint && $0.case == prompt }
    ).spans
    for (index, span) in spans.enumerated() {
      #expect(try context.positions(of: .part("part\(index)")) == [span[0]..<span[1]])
    }
    let all = try context.positions(of: spans.indices.map { .part("part\($0)") })
    #expect(all?.flatMap { Array($0) } == spans.flatMap { Array($0[0]..<$0[1]) }.sorted())
  }

  @Test func severalRegionsAreEachPositionOnceAndInOrder() throws {
    let context = try Bench("llama3").context()
    #expect(try context.positions(of: nil) == nil)
    #expect(
      try context.positions(of: [.span(20..<25), .span(3..<5), .span(24..<30), .span(5..<6)])
        == [3..<6, 20..<30])
    #expect(try context.positions(of: [.span(4..<4)])?.isEmpty == true)
  }

  /// The base view is three by three patches over the whole picture, whatever its shape.
  @Test func aBoxInOneBasePatchIsItsToken() throws {
    let bench = try Bench("llama3")
    let context = try bench.context()
    let image = try #require(bench.prompt.images.first)
    let (width, height) = (61.0, 45.0)
    for patch in 0..<9 {
      let x = (Double(patch % 3) + 0.5) * width / 3
      let y = (Double(patch / 3) + 0.5) * height / 3
      let box = PixelBox(left: x - 1, top: y - 1, right: x + 1, bottom: y + 1)
      let position = image.span.lowerBound + patch
      #expect(
        try context.positions(of: .image(index: 0, view: "base", box: box))
          == [position..<position + 1])
    }
  }

  @Test func viewsAreTheBaseThenTheTiles() throws {
    let bench = try Bench("llama3")
    let context = try bench.context()
    // 8 tokens of the template, then 9 of the base and 28 of the tiles with their newlines.
    #expect(try context.positions(of: .image(index: 0, view: nil, box: nil)) == [8..<45])
    #expect(try context.positions(of: .image(index: 0, view: "base", box: nil)) == [8..<17])
    #expect(try context.positions(of: .image(index: 0, view: "tiles", box: nil)) == [17..<45])
    let everything = PixelBox(left: 0, top: 0, right: 61, bottom: 45)
    let touching = try context.positions(of: .image(index: 0, view: nil, box: everything))
    // 4 rows of 6 patches, each row closed by a newline, which has no pixels.
    #expect(touching.reduce(0) { $0 + $1.count } == 9 + 24)
  }
}

/// Pictures with a painted rectangle, and the tokens whose pixels transformers'
/// processor changes for it.
@Suite struct PaintedPatchTests {
  struct Painting: Decodable, Sendable, CustomTestStringConvertible {
    struct Rectangle: Decodable, Sendable {
      let box: [Int]
      let patches: [Int]
      let tokens: [Int]
    }
    let picture: String
    let color: [UInt8]
    let tokens: [Int]
    let rectangles: [Rectangle]

    var testDescription: String { picture }

    static let all: [Painting] = (try? Fixtures.json("interpretation/paintings.json")) ?? []

    func plain() throws -> Picture {
      try PictureDecoder().picture(atPath: Fixtures.path("interpretation/\(picture)"))
    }
  }

  private static let patch = 14
  private static let side = 3

  private func processor() throws -> ImageProcessor {
    let tile = Self.patch * Self.side
    return try ImageProcessor(
      ImageProcessorConfiguration(
        size: .exact(height: tile, width: tile), crop: (tile, tile), resizing: .pillow,
        pinpoints: [(1, 2), (2, 1), (2, 2), (3, 1), (1, 3)].map {
          ImageSize(height: $0 * tile, width: $1 * tile)
        }))
  }

  private func geometry(of picture: Picture) throws -> PatchGeometry {
    let processor = try processor()
    return try PatchGeometry(
      pictureWidth: picture.width, pictureHeight: picture.height, tileSide: processor.tileSide,
      patchSide: Self.patch,
      tiling: processor.tiling(pictureWidth: picture.width, pictureHeight: picture.height))
  }

  private func painted(_ picture: Picture, _ box: [Int], _ color: [UInt8]) throws -> Picture {
    var pixels = picture.pixels
    for y in box[1]..<box[3] {
      for x in box[0]..<box[2] {
        for channel in 0..<3 { pixels[(y * picture.width + x) * 3 + channel] = color[channel] }
      }
    }
    return try Picture(width: picture.width, height: picture.height, pixels: pixels)
  }

  /// The patches, numbered tile by tile and row by row, in which two tilings differ.
  private func changed(_ a: PictureTiles, _ b: PictureTiles) -> [Int] {
    let (side, patch, tile) = (Self.side, Self.patch, a.tileWidth)
    var found = Set<Int>()
    for index in 0..<a.tileCount {
      for (place, (x, y)) in zip(a[tile: index], b[tile: index]).enumerated() where x != y {
        let (row, column) = (place / tile % tile, place % tile)
        found.insert((index * side + row / patch) * side + column / patch)
      }
    }
    return found.sorted()
  }

  @Test func thereArePaintings() { #expect(Painting.all.count == 5) }

  @Test(arguments: Painting.all)
  func theTokensOfThePatchesAreInTheReferencesOrder(_ painting: Painting) throws {
    let geometry = try geometry(of: painting.plain())
    let layout = geometry.layout
    let columns = geometry.tiling?.tileColumns ?? 1
    let numbers = (0..<layout.tokenCount).map { token -> Int in
      guard let cell = layout.cell(ofToken: token) else { return -1 }
      let view = layout.views[cell.view]
      let (row, column) = (view.rowAxis.first + cell.row, view.columnAxis.first + cell.column)
      let tile = cell.view == 0 ? 0 : 1 + row / Self.side * columns + column / Self.side
      return (tile * Self.side + row % Self.side) * Self.side + column % Self.side
    }
    #expect(numbers == painting.tokens)
  }

  @Test(arguments: Painting.all)
  func paintChangesTheSamePatchesAsInTheReference(_ painting: Painting) throws {
    let processor = try processor()
    let plain = try painting.plain()
    let tiles = try processor.tiles(of: plain)
    for rectangle in painting.rectangles {
      let other = try processor.tiles(of: painted(plain, rectangle.box, painting.color))
      let patches = changed(tiles, other)
      #expect(patches == rectangle.patches, "\(rectangle.box)")
      let tokens = painting.tokens.indices.filter { patches.contains(painting.tokens[$0]) }
      #expect(tokens == rectangle.tokens, "\(rectangle.box)")
    }
  }

  /// A token's box holds the paint that changes it. Resampling looks two pixels of the
  /// smaller picture to each side, so paint that far from a patch's edges changes that
  /// patch's tokens and no others.
  @Test(arguments: Painting.all)
  func paintInATokensBoxChangesThatToken(_ painting: Painting) throws {
    let plain = try painting.plain()
    let geometry = try geometry(of: plain)
    let layout = geometry.layout
    let base = try #require(layout.view(named: "base"))
    let tiling = try #require(geometry.tiling)
    let baseReach = (
      x: 2 * Double(plain.width) / Double(geometry.tileSide) + 1,
      y: 2 * Double(plain.height) / Double(geometry.tileSide) + 1
    )
    let tileReach = (
      x: 2 * Double(plain.width) / Double(tiling.resizedWidth) + 1,
      y: 2 * Double(plain.height) / Double(tiling.resizedHeight) + 1
    )
    var exact = 0
    for rectangle in painting.rectangles {
      let box = PixelBox(
        left: Double(rectangle.box[0]), top: Double(rectangle.box[1]),
        right: Double(rectangle.box[2]), bottom: Double(rectangle.box[3]))
      var (centred, near, within) = (Set<Int>(), Set<Int>(), Set<Int>())
      for index in 0..<layout.tokenCount {
        guard let own = layout.box(ofToken: index) else { continue }
        let reach = base.tokens.contains(index) ? baseReach : tileReach
        let grown = PixelBox(
          left: own.left - reach.x, top: own.top - reach.y, right: own.right + reach.x,
          bottom: own.bottom + reach.y)
        if grown.intersection(box) != nil { near.insert(index) }
        if own.intersection(box) == box { within.insert(index) }
        let (x, y) = ((box.left + box.right) / 2, (box.top + box.bottom) / 2)
        if own.left <= x, x < own.right, own.top <= y, y < own.bottom { centred.insert(index) }
      }
      let tokens = Set(rectangle.tokens)
      #expect(centred.isSubset(of: tokens), "\(rectangle.box)")
      #expect(tokens.isSubset(of: near), "\(rectangle.box)")
      if near == within {
        exact += 1
        #expect(tokens == within, "\(rectangle.box)")
      }
    }
    #expect(exact >= 3)
  }
}
