import Images
import Testing

@Suite struct ResizeTests {
  struct Case: Decodable, Sendable {
    var width: Int
    var height: Int
    var newWidth: Int
    var newHeight: Int
    var seed: UInt32
    var filter: Int
    var pillow13: String
    var horizontalFirst: String
  }

  private func cases() throws -> [Case] {
    try Fixtures.decoded([Case].self, from: "images/resizes.json")
  }

  private struct TorchCase: Decodable {
    var width: Int
    var height: Int
    var newWidth: Int
    var newHeight: Int
    var seed: UInt32
    var filter: Int
    var hash: String
  }

  private func fingerprint(_ example: Case, _ resizing: PictureResizing) throws -> String {
    let filter = try #require(ResampleFilter(rawValue: example.filter))
    let picture = try pattern(width: example.width, height: example.height, seed: example.seed)
    let resized = try picture.resized(
      width: example.newWidth, height: example.newHeight, filter: filter, resizing: resizing)
    #expect(resized.width == example.newWidth)
    #expect(resized.height == example.newHeight)
    return ImagesTests.fingerprint(resized.pixels)
  }

  @Test func everyFilterEqualsPillow13ByteForByte() throws {
    for example in try cases() {
      #expect(try fingerprint(example, .pillow13) == example.pillow13, "\(example)")
    }
  }

  @Test func everyFilterEqualsPillowsTwoPassesColumnsFirst() throws {
    for example in try cases() {
      #expect(try fingerprint(example, .pillow) == example.horizontalFirst, "\(example)")
    }
  }

  @Test func bilinearAndBicubicEqualTorchvisionByteForByte() throws {
    let cases = try Fixtures.decoded([TorchCase].self, from: "resizing/resizes.json")
    #expect(cases.count == 120)
    for example in cases {
      let filter = try #require(ResampleFilter(rawValue: example.filter))
      let picture = try pattern(width: example.width, height: example.height, seed: example.seed)
      let resized = try picture.resized(
        width: example.newWidth, height: example.newHeight, filter: filter, resizing: .torchvision)
      #expect(ImagesTests.fingerprint(resized.pixels) == example.hash, "\(example)")
    }
  }

  @Test func theOrderOfThePassesShowsInSomeCases() throws {
    let differing = try cases().filter { $0.pillow13 != $0.horizontalFirst }
    #expect(differing.count > 10)
  }

  @Test func aConstantPictureStaysConstant() throws {
    let pixels = (0..<(31 * 17)).flatMap { _ in [3, 128, 252] as [UInt8] }
    let picture = try Picture(width: 31, height: 17, pixels: pixels)
    for filter in ResampleFilter.allCases {
      let resized = try picture.resized(width: 7, height: 50, filter: filter)
      for x in 0..<7 {
        for y in 0..<50 { #expect(resized[x, y] == (3, 128, 252)) }
      }
    }
  }

  @Test func sizesThatAreNoneAreRefused() throws {
    let picture = try pattern(width: 3, height: 3, seed: 1)
    #expect(throws: ImageError.empty(width: 0, height: 4)) {
      try picture.resized(width: 0, height: 4, filter: .bicubic)
    }
    #expect(throws: ImageError.self) {
      try picture.resized(width: 1 << 20, height: 1 << 20, filter: .bicubic)
    }
    #expect(throws: ImageError.self) {
      try picture.resized(width: .max, height: .max, filter: .nearest)
    }
  }
}
