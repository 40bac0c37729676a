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
    "metaspace-always", "unknown-unfused", "digits", "digits-together", "punctuation",
    "punctuation-contiguous", "split-inverted", "split-inverted-removed", "split-contiguous",
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

  /// Bytes that are no character are told by their numbers, from which the token's own come back.
  @Test(arguments: families)
  func spellsBytesThatAreNoCharacter(_ family: String) throws {
    let (tokenizer, _) = try load(family)
    var spelt = 0
    for id in 0..<tokenizer.idEnd {
      guard let bytes = tokenizer.tokenBytes(id), let text = tokenizer.tokenText(id),
        let shown = tokenizer.spelledText(id)
      else { continue }
      guard String(validating: bytes, as: UTF8.self) == nil, text.contains("\u{FFFD}") else {
        #expect(shown == text)
        continue
      }
      spelt += 1
      #expect(!shown.contains("\u{FFFD}"))
      let back = shown.split(separator: "\u{27E8}", omittingEmptySubsequences: false).enumerated()
        .flatMap { place, piece -> [UInt8] in
          guard place > 0, let end = piece.firstIndex(of: "\u{27E9}") else {
            return Array(piece.utf8)
          }
          return piece[..<end].split(separator: " ").compactMap { UInt8($0, radix: 16) }
            + Array(piece[piece.index(after: end)...].utf8)
        }
      #expect(back == bytes, "\(id) is shown as \(shown)")
      #expect(try tokenizer.singleToken(for: shown) == .token(id))
    }
    #expect(spelt > (family == "llama3" ? 100 : -1))
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

  /// What a token is shown as names that token and no other; where it cannot, all are named.
  @Test(arguments: families)
  func findsEveryTokenByTheTextThatItIsShownAs(_ family: String) throws {
    let (tokenizer, _) = try load(family)
    var shown: [[UInt8]: [Int]] = [:]
    for id in 0..<tokenizer.idEnd {
      if let text = tokenizer.tokenText(id) { shown[Array(text.utf8), default: []].append(id) }
    }
    var unique = 0
    for (text, ids) in shown {
      switch try tokenizer.singleToken(for: String(decoding: text, as: UTF8.self)) {
      case .token(let id):
        #expect(ids == [id])
        unique += 1
      case .ambiguous(let parts): #expect(parts.map(\.id) == ids && ids.count > 1)
      case .split: Issue.record("\(ids) are not found by their text")
      }
    }
    // Parts of characters are shown with U+FFFD, and little else is shown alike.
    #expect(unique >= shown.count - 16)
  }

  /// Of all of Unicode: what Digits and Punctuation cut out.
  @Test func knowsTheReferencesDigitsAndMarks() throws {
    let classes: [String: [[UInt32]]] = try Fixtures.json("tokenizers/classes.json")
    for (name, step) in [
      ("digits", #"{"type": "Digits", "individual_digits": true}"#),
      ("punctuation", #"{"type": "Punctuation"}"#),
    ] {
      let json =
        #"{"pre_tokenizer": \#(step), "model": {"type": "BPE", "vocab": {"u": 0}, "merges": [], "#
        + #""unk_token": "u", "fuse_unk": true}}"#
      let tokenizer = try Tokenizer(json: Array(json.utf8))
      let expected = Set(try #require(classes[name]).flatMap { $0[0]...$0[1] })
      for block in UInt32(0)..<0x1100 {
        var text = "\u{E000}"
        var count = 1
        for value in block << 8..<(block + 1) << 8 {
          guard let scalar = Unicode.Scalar(value), scalar != "u" else { continue }
          text += "\(scalar)\u{E000}"
          // Unknown characters in a row are one token, unless they are cut apart.
          if expected.contains(value) { count += 2 }
        }
        let ids = try tokenizer.encode(text, addSpecialTokens: false)
        #expect(ids.count == count, "\(name), U+\(String(block, radix: 16))00 and after")
      }
    }
  }

  @Test(arguments: [
    // Each step doubles the text.
    (
      #""normalizer": {"type": "Sequence", "normalizers": [STEPS]}"#,
      #"{"type": "Replace", "pattern": {"String": "a"}, "content": "aa"}"#
    ),
    (
      #""pre_tokenizer": {"type": "Sequence", "pretokenizers": [STEPS]}"#,
      #"{"type": "ByteLevel", "add_prefix_space": true, "use_regex": false}"#
    ),
    (
      #""decoder": {"type": "Sequence", "decoders": [STEPS]}"#,
      #"{"type": "Replace", "pattern": {"String": "a"}, "content": "aa"}"#
    ),
  ])
  func refusesStepsThatMakeAMountainOfAText(_ part: String, _ step: String) {
    let steps = Array(repeating: step, count: 60).joined(separator: ", ")
    let json =
      "{" + part.replacingOccurrences(of: "STEPS", with: steps)
      + #", "model": {"type": "BPE", "vocab": {"a": 0, "é": 1}, "merges": []}}"#
    #expect(throws: TokenizationError.self) {
      try Tokenizer(json: Array(json.utf8)).encode("éa", addSpecialTokens: false)
    }
  }

  /// Where in the file something is wrong, in arrays with its place.
  @Test(arguments: [
    (
      #""added_tokens": [{"id": 0, "content": "a"}, {"id": "x", "content": "b"}]"#,
      "added_tokens[1]"
    ),
    (#""added_tokens": [7]"#, "added_tokens[0]"),
    (
      #""pre_tokenizer": {"type": "Sequence", "#
        + #""pretokenizers": [{"type": "ByteLevel"}, {"type": "X"}]}"#,
      "pre_tokenizer.pretokenizers[1]"
    ),
    (
      #""normalizer": {"type": "Sequence", "normalizers": [{"type": "Replace", "pattern": {}}]}"#,
      "normalizer.normalizers[0].pattern"
    ),
    (
      #""decoder": {"type": "Sequence", "decoders": [{"type": "Fuse"}, {"type": "Strip"}]}"#,
      "decoder.decoders[1]"
    ),
    (
      #""post_processor": {"type": "TemplateProcessing", "#
        + #""special_tokens": {"a": {"ids": [0, "x"]}}, "#
        + #""single": [{"SpecialToken": {"id": "a"}}, {"Sequence": {}}]}"#,
      "post_processor.special_tokens.a.ids[1]"
    ),
    (
      #""post_processor": {"type": "Sequence", "processors": [{"type": "ByteLevel"}, {}]}"#,
      "post_processor.processors[1]"
    ),
  ])
  func errorsNameThePlace(_ part: String, _ place: String) throws {
    let json = "{" + part + #", "model": {"type": "BPE", "vocab": {"a": 0}, "merges": []}}"#
    let error = #expect(throws: TokenizationError.self) { try Tokenizer(json: Array(json.utf8)) }
    #expect("\(try #require(error))".hasPrefix("\(place) "), "\(String(describing: error))")
  }

  @Test func aMergeIsNamedByItsPlace() throws {
    for merge in [#""a b c""#, "7", #"["a"]"#, #""a c""#] {
      let json =
        #"{"model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2}, "merges": ["a b", MERGE]}}"#
        .replacingOccurrences(of: "MERGE", with: merge)
      let error = #expect(throws: TokenizationError.self) { try Tokenizer(json: Array(json.utf8)) }
      #expect("\(try #require(error))".hasPrefix("model.merges[1] "), "\(merge)")
    }
  }

  @Test func stopsWhenTheTokensAreNoLongerWanted() throws {
    let (tokenizer, _) = try load("llama3")
    #expect(throws: TokenizationError.stopped) {
      try tokenizer.encode(
        String(repeating: "a map ", count: 1000), addSpecialTokens: false, isStopped: { true })
    }
  }
}
