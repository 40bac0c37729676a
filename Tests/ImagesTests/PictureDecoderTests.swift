import Images
import Testing

@Suite struct PictureDecoderTests {
  struct Case: Decodable, Sendable, CustomTestStringConvertible {
    struct Outcome: Decodable, Sendable {
      var width: Int
      var height: Int
      var hash: String
    }
    var file: String
    var loaded: Outcome
    var opened: Outcome
    var testDescription: String { file }
  }

  static let cases: [Case] =
    (try? Fixtures.decoded([Case].self, from: "images/decoded.json")) ?? []

  @Test func thereAreFilesOfEveryKind() {
    #expect(Self.cases.count > 70)
  }

  @Test(arguments: cases)
  func aLoadedPictureEqualsTransformersByteForByte(_ example: Case) throws {
    let picture = try PictureDecoder().picture(from: Fixtures.bytes("images/" + example.file))
    #expect(picture.width == example.loaded.width)
    #expect(picture.height == example.loaded.height)
    #expect(fingerprint(picture.pixels) == example.loaded.hash)
  }

  @Test(arguments: cases)
  func anOpenedPictureEqualsTransformersByteForByte(_ example: Case) throws {
    let decoder = PictureDecoder(treatment: .opened)
    let picture = try decoder.picture(from: Fixtures.bytes("images/" + example.file))
    #expect(picture.width == example.opened.width)
    #expect(picture.height == example.opened.height)
    #expect(fingerprint(picture.pixels) == example.opened.hash)
  }

  @Test(arguments: cases)
  func theHeaderAgreesWithThePixels(_ example: Case) throws {
    let header = try PictureDecoder().header(of: Fixtures.bytes("images/" + example.file))
    #expect(header.width == example.opened.width)
    #expect(header.height == example.opened.height)
    if header.orientation.exchangesSides {
      #expect(header.width == example.loaded.height)
    } else {
      #expect(header.width == example.loaded.width)
    }
  }

  @Test func aFileIsReadByItsBytesWhateverItsName() throws {
    let path = Fixtures.path("images/photo-420.jpg")
    let picture = try PictureDecoder().picture(atPath: path)
    #expect(picture.width == 75)
    #expect(picture.height == 51)
  }
}
