import Images
import Testing

@Suite struct BadPictureTests {
  private let decoder = PictureDecoder()

  private func failure(_ bytes: [UInt8]) -> ImageError? {
    do {
      _ = try decoder.picture(from: bytes)
      return nil
    } catch {
      return error
    }
  }

  /// A PNG's beginning with the given size; the checksum is not looked at before the size is.
  private func header(width: UInt32, height: UInt32, depth: UInt8 = 8, color: UInt8 = 2) -> [UInt8]
  {
    let sides = [width, height].flatMap { side in
      (0..<4).map { UInt8(truncatingIfNeeded: side >> (24 - 8 * UInt32($0))) }
    }
    return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13] + Array("IHDR".utf8)
      + sides + [depth, color, 0, 0, 0] + [0, 0, 0, 0]
  }

  private let oneChunk: [UInt8] = [0, 0, 0, 1] + Array("IDAT".utf8) + [0, 0, 0, 0, 0]

  @Test func textIsNamedAsWhatItBeginsWith() {
    #expect(
      failure(Array("hello world".utf8))
        == .notAPicture(beginning: "68 65 6c 6c 6f 20 77 6f (\"hello wo\")"))
    #expect(failure([]) == .notAPicture(beginning: "nothing: it is empty"))
  }

  @Test func sidesOfSixtyThousandPixelsAreRefusedFromTheHeader() {
    #expect(
      failure(header(width: 60_000, height: 60_000))
        == .tooLarge(quantity: "the width", found: 60_000, limit: 32_768))
    #expect(
      failure(header(width: 2, height: .max))
        == .tooLarge(quantity: "the height", found: 4_294_967_295, limit: 32_768))
    #expect(
      failure(header(width: 30_000, height: 30_000))
        == .tooLarge(quantity: "the number of pixels", found: 900_000_000, limit: 1 << 26))
    let jpeg: [UInt8] =
      [0xFF, 0xD8, 0xFF, 0xC0, 0, 11, 8, 0xEA, 0x60, 0xEA, 0x60, 1, 1, 0x11, 0]
      + [0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0, 0, 0]
    #expect(failure(jpeg) == .tooLarge(quantity: "the width", found: 60_000, limit: 32_768))
  }

  /// A canvas of 16,384 x 16,384 in a WebP, of 65,535 x 65,535 in a GIF,
  /// sides beyond 2^31 in a BMP.
  @Test func theOtherFormatsAreRefusedFromTheHeaderToo() {
    let webP =
      Array("RIFF".utf8) + [22, 0, 0, 0] + Array("WEBPVP8X".utf8)
      + [10, 0, 0, 0, 2, 0, 0, 0, 0xFF, 0x3F, 0, 0xFF, 0x3F, 0]
    #expect(
      failure(webP) == .tooLarge(quantity: "the number of pixels", found: 1 << 28, limit: 1 << 26))
    let gif =
      Array("GIF89a".utf8) + [0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0]
      + [0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 1, 0, 0, 0x3B]
    #expect(failure(gif) == .tooLarge(quantity: "the width", found: 65_535, limit: 32_768))
    let bmp = Array("BM".utf8) + [UInt8](repeating: 0, count: 8) + [54, 0, 0, 0, 40, 0, 0, 0]
    let sides: [UInt8] = [1, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0x7F]
    let rest: [UInt8] = [1, 0, 24, 0] + [UInt8](repeating: 0, count: 24)
    #expect(
      failure(bmp + sides + rest)
        == .tooLarge(quantity: "the height", found: 2_147_483_647, limit: 32_768))
    #expect(
      failure(bmp + [4, 0, 0, 0, 4, 0, 0, 0, 1, 0, 7, 0] + [UInt8](repeating: 0, count: 24))
        == .unsupported(format: .bmp, reason: "it has 7 bits a pixel"))
  }

  /// A text that begins with BM is no picture.
  @Test func twoLettersAloneMakeNoPicture() {
    let error = failure(Array("BMW is a maker of cars, and this is a text".utf8))
    #expect(error == .notAPicture(beginning: "42 4d 57 20 69 73 20 61 (\"BMW is a\")"))
    #expect(error?.description.contains("not a PNG, JPEG, WebP, GIF or BMP picture") == true)
  }

  @Test func aClaimThatTheFileCannotHoldIsRefusedBeforeItIsAllocated() {
    let reason = "1 compressed bytes cannot hold 192000000 bytes of pixels"
    #expect(
      failure(header(width: 8000, height: 8000) + oneChunk)
        == .damaged(format: .png, reason: reason))
  }

  @Test func sidesOfZeroAreRefused() {
    #expect(failure(header(width: 0, height: 5) + oneChunk) == .empty(width: 0, height: 5))
  }

  @Test func colorTypesThatDoNotExistAreRefused() {
    #expect(
      failure(header(width: 1, height: 1, depth: 3, color: 2) + oneChunk)
        == .damaged(format: .png, reason: "colour type 2 with 3 bits does not exist"))
  }

  @Test(arguments: [
    "rgb.png", "interlaced.png", "grey-16bit.png", "photo-420.jpg", "photo-progressive-420.jpg",
    "cmyk.jpg", "photo.webp", "lossless-alpha.webp", "animated.webp", "orientation-6.webp",
    "palette-interlaced.gif", "offset-key.gif", "four-bit.bmp", "runs-8.bmp", "masks-4.bmp",
  ])
  func everyBeginningOfAPictureIsRefused(_ name: String) throws {
    let whole = try Fixtures.bytes("images/" + name)
    // What may be missing: a PNG's last chunk, a JPEG's and a GIF's end mark, the end of runs.
    let spare = ["png": 12, "jpg": 2, "gif": 1, "bmp": name.hasPrefix("runs") ? 3 : 0]
    let end = whole.count - spare[String(name.suffix(3)), default: 0]
    for length in stride(from: 0, to: end, by: 7) {
      let error = failure(Array(whole.prefix(length)))
      #expect(error != nil, "\(name) cut to \(length) of \(whole.count) bytes was read")
    }
  }

  @Test func aFileBeyondTheLimitIsNotLookedAt() throws {
    let strict = PictureDecoder(limits: PictureLimits(fileLength: 100))
    #expect(throws: ImageError.self) {
      try strict.picture(atPath: Fixtures.path("images/photo-420.jpg"))
    }
  }

  @Test func aProgressiveFileOfManyScansIsRefused() throws {
    let strict = PictureDecoder(limits: PictureLimits(scans: 3))
    let bytes = try Fixtures.bytes("images/photo-progressive-420.jpg")
    #expect(throws: ImageError.damaged(format: .jpeg, reason: "the file has too many scans")) {
      try strict.picture(from: bytes)
    }
  }

  @Test func foldersAndMissingFilesSayWhatTheyAre() {
    let folder = Fixtures.path("images")
    #expect(throws: ImageError.unreadable(path: folder, reason: "it is a directory")) {
      try decoder.picture(atPath: folder)
    }
    let missing = folder + "/none.png"
    #expect(throws: ImageError.unreadable(path: missing, reason: "No such file or directory")) {
      try decoder.picture(atPath: missing)
    }
    #expect(throws: ImageError.unreadable(path: "/dev/zero", reason: "it is not a regular file")) {
      try decoder.picture(atPath: "/dev/zero")
    }
  }

  @Test func absurdMetadataLeavesThePictureUpright() throws {
    let whole = try Fixtures.bytes("images/orientation-6.jpg")
    let marker = Array("Exif\0\0".utf8)
    let start = try #require(
      (0..<(whole.count - 6)).first { Array(whole[$0..<($0 + 6)]) == marker })
    for (offset, value) in [(6, 0x58), (10, 0xFF), (13, 0xFF), (14, 0xFF), (15, 0xFF)] {
      var broken = whole
      broken[start + offset] = UInt8(value)
      let picture = try decoder.picture(from: broken)
      #expect(picture.width * picture.height == 40 * 24)
    }
  }

  @Test func aPictureOfOtherThanItsPixelsIsRefused() {
    #expect(throws: ImageError.wrongCount(of: "bytes", found: 11, expected: 12)) {
      try Picture(width: 2, height: 2, pixels: [UInt8](repeating: 0, count: 11))
    }
    #expect(throws: ImageError.self) { try Picture(width: .max, height: .max, pixels: []) }
    #expect(throws: ImageError.self) { try Picture(width: -1, height: 1, pixels: []) }
  }
}
