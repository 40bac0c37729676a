import TestSupport
import Testing
import Tokenization

/// Held to Python's unicodedata; see Tests/Fixtures/make/normalisation.py.
@Suite struct UnicodeFormTests {
  @Test func givesTheFormsOfUnicode() throws {
    let text = String(decoding: try Fixtures.bytes("normalisation/cases.txt"), as: UTF8.self)
    let lines = text.split(separator: "\n")
    #expect(lines.count > 10_000)
    for line in lines {
      let columns = line.split(separator: ";", omittingEmptySubsequences: false).map(Self.utf8)
      try #require(columns.count == 5)
      for (form, expected) in zip(UnicodeForm.allCases, columns.dropFirst()) {
        let found = form(columns[0])
        #expect(found == (expected.isEmpty ? columns[0] : expected), "\(form) of \(line)")
      }
    }
  }

  private static func utf8(_ codes: Substring) -> [UInt8] {
    var view = String.UnicodeScalarView()
    view.append(
      contentsOf: codes.split(separator: " ").compactMap { UInt32($0, radix: 16) }
        .compactMap(Unicode.Scalar.init))
    return Array(String(view).utf8)
  }

  /// Section 3.12 of the standard: S = 0xAC00 + (L * 21 + V) * 28 + T.
  @Test func composesAllOfHangul() throws {
    for index in 0..<UInt32(19 * 21 * 28) {
      let syllable = try #require(Unicode.Scalar(0xAC00 + index))
      var jamo = [0x1100 + index / 588, 0x1161 + index % 588 / 28]
      var open = [0xAC00 + index / 28 * 28]
      if index % 28 > 0 {
        jamo.append(0x11A7 + index % 28)
        open.append(0x11A7 + index % 28)
      }
      let (whole, parts, half) = (
        Array(String(syllable).utf8), Self.utf8(jamo), Self.utf8(open)
      )
      #expect(UnicodeForm.composed(parts) == whole)
      #expect(UnicodeForm.composed(half) == whole)
      #expect(UnicodeForm.decomposed(half) == parts)
      #expect(UnicodeForm.decomposed(whole) == parts)
    }
  }

  private static func utf8(_ codes: [UInt32]) -> [UInt8] {
    codes.compactMap(Unicode.Scalar.init).flatMap { Array(String($0).utf8) }
  }

  @Test func tellsTheVersionOfUnicode() throws {
    struct Manifest: Decodable {
      let versions: [String: String]
    }
    let manifest: Manifest = try Fixtures.json("normalisation/MANIFEST.json")
    #expect(UnicodeForm.unicodeVersion == manifest.versions["unicode"])
  }
}
