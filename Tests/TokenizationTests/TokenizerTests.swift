import Foundation
import TestSupport
import Testing
import Tokenization

/// Held to the `tokenizers` library; see Tests/Fixtures/make/tokenizer_files.py.
@Suite struct TokenizerTests {
  struct FamilyCases: Decodable {
    let vocabularySize: Int
    let special: [Int]
    let texts: [TextCase]
    let randomIDs: [IDCase]
  }

  struct TextCase: Decodable {
    let text: String
    let ids: [Int]
    let idsWithSpecial: [Int]
    let decoded: String
    let decodedWithoutSpecial: String
  }

  struct IDCase: Decodable {
    let ids: [Int]
    let decoded: String
  }

  static let families = [
    "llama3", "qwen2", "gpt2", "general-pattern", "llama2-legacy", "metaspace-first",
    "metaspace-always", "unknown-unfused",
  ]

  private func load(_ family: String) throws -> (Tokenizer, FamilyCases) {
    let tokenizer = try Tokenizer(json: Fixtures.bytes("tokenizers/\(family).json"))
    let cases = try JSONDecoder().decode(
      [String: FamilyCases].self, from: Data(Fixtures.bytes("tokenizers/cases.json")))
    return (tokenizer, try #require(cases[family]))
  }

  @Test(arguments: families)
  func encodesAsTheReference(_ family: String) throws {
    let (tokenizer, cases) = try load(family)
    for sample in cases.texts {
      #expect(
        try tokenizer.encode(sample.text, addSpecialTokens: false) == sample.ids,
        "\(sample.text.debugDescription)")
      #expect(try tokenizer.encode(sample.text, addSpecialTokens: true) == sample.idsWithSpecial)
    }
  }

  @Test(arguments: families)
  func decodesAsTheReference(_ family: String) throws {
    let (tokenizer, cases) = try load(family)
    for sample in cases.texts {
      // Compared by scalars: equal strings may differ in normalization.
      let whole = tokenizer.decode(sample.ids, skipSpecialTokens: false)
      #expect(whole.unicodeScalars.elementsEqual(sample.decoded.unicodeScalars))
      let plain = tokenizer.decode(sample.ids, skipSpecialTokens: true)
      #expect(plain.unicodeScalars.elementsEqual(sample.decodedWithoutSpecial.unicodeScalars))
    }
    for sample in cases.randomIDs {
      let text = tokenizer.decode(sample.ids, skipSpecialTokens: false)
      #expect(text.unicodeScalars.elementsEqual(sample.decoded.unicodeScalars))
    }
  }

  @Test(arguments: families)
  func knowsTheVocabulary(_ family: String) throws {
    let (tokenizer, cases) = try load(family)
    #expect(tokenizer.vocabularySize == cases.vocabularySize)
    #expect(tokenizer.specialTokenIDs.sorted() == cases.special)
    for id in 0..<tokenizer.idEnd {
      let token = try #require(tokenizer.token(id))
      #expect(tokenizer.id(ofToken: token) == id)
    }
    #expect(tokenizer.token(-1) == nil)
    #expect(tokenizer.token(.max) == nil)
    #expect(tokenizer.id(ofToken: "no such token") == nil)
  }

  @Test(arguments: families)
  func streamsTheTextThatDecodingGivesAtOnce(_ family: String) throws {
    let (tokenizer, cases) = try load(family)
    for sample in cases.texts {
      var decoder = StreamingDecoder(tokenizer, skipSpecialTokens: true)
      let streamed = sample.ids.map { decoder.append($0) }.joined() + decoder.finish()
      #expect(streamed.unicodeScalars.elementsEqual(sample.decodedWithoutSpecial.unicodeScalars))
    }
  }

  @Test func streamsOnlyWholeCharacters() throws {
    let (tokenizer, _) = try load("llama3")
    let ids = try tokenizer.encode("\u{1F9FF}", addSpecialTokens: false)
    try #require(ids.count > 1)
    var decoder = StreamingDecoder(tokenizer, skipSpecialTokens: true)
    let pieces = ids.map { decoder.append($0) }
    #expect(pieces.dropLast().joined() == "")
    #expect(pieces.last == "\u{1F9FF}")
    #expect(tokenizer.tokenText(ids[0]) == "\u{FFFD}")
  }

  @Test func tellsOneTokenFromSeveral() throws {
    let (tokenizer, _) = try load("llama3")
    let id = try #require(tokenizer.id(ofToken: "Ġcircle"))
    #expect(try tokenizer.singleToken(for: " circle") == .token(id))
    guard case .split(let parts) = try tokenizer.singleToken(for: " circle, circle") else {
      Issue.record("expected several tokens")
      return
    }
    #expect(parts.map(\.text).joined() == " circle, circle")
    #expect(try tokenizer.singleToken(for: "") == .split([]))
  }
}
