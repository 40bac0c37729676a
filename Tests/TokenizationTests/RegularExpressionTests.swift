import Synchronization
import TestSupport
import Testing
import Tokenization

/// What expressions match is held to the reference by `TokenizerGrammarTests`; here is what they
/// may cost, and what is refused.
@Suite struct RegularExpressionTests {
  private func tokenizer(_ pattern: String, name: String = "tokenizer.json") throws -> Tokenizer {
    let escaped = pattern.map { #""\"#.contains($0) ? "\\\($0)" : String($0) }.joined()
    let json =
      #"{"pre_tokenizer": {"type": "Split", "pattern": {"Regex": "\#(escaped)"}, "#
      + #""behavior": "Isolated", "invert": false}, "#
      + #""model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "aa": 2}, "merges": ["a a"]}}"#
    return try Tokenizer(json: Array(json.utf8), name: name)
  }

  /// Each would go on for longer than the machine lasts.
  @Test(arguments: [
    #"(a+)+$"#, #"(a|aa)+$"#, #"(a|a?)+$"#, #"(?i)(a|A)+$"#,
    #"(.*)(.*)(.*)(.*)(.*)(.*)(.*)[^ab]"#, #"((a{1,30}){1,30}){1,30}$"#,
  ])
  func refusesAnExpressionThatGoesBackAndForth(_ pattern: String) throws {
    let tokenizer = try tokenizer(pattern, name: "/models/slow/tokenizer.json")
    do {
      _ = try tokenizer.encode(
        String(repeating: "a", count: 64) + "b", addSpecialTokens: false)
      Issue.record("expected an error")
    } catch .overBudget(let what, let limit) {
      #expect(what == "the tokenizer /models/slow/tokenizer.json, pattern \(pattern),")
      #expect(limit == "2097152 steps at one place of a text")
    }
  }

  /// Little at each of many places, which adds up.
  @Test func paysForEveryPlaceOfALongText() throws {
    let tokenizer = try tokenizer(#"(?:ab|a)+\z"#)
    let text = String(repeating: "a", count: 40_000) + "bb"
    #expect {
      try tokenizer.encode(text, addSpecialTokens: false)
    } throws: { error in
      if case TokenizationError.overBudget = error { true } else { false }
    }
  }

  @Test func seesThatTheTokensAreNoLongerWanted() throws {
    let tokenizer = try tokenizer(#"(?>a*)c"#)
    #expect(throws: TokenizationError.stopped) {
      try tokenizer.encode(
        String(repeating: "a", count: 20_000), addSpecialTokens: false, isStopped: { true })
    }
  }

  @Test(arguments: [
    (#"(a)\1"#, #"\1"#), (#"(?<n>a)\k<n>"#, #"\k"#), (#"(a\g<1>?)"#, #"\g"#), (#"\Ga"#, #"\G"#),
    (#"(?#[)(a)\1"#, #"\1"#), ("(?~ab)c", "(?~"), ("(?~|ab|a*)", "(?~"), ("a(?{x})", "(?{"),
    ("a(*FAIL)|b", "(*"),
  ])
  func refusesByNameWhatCannotBeCounted(_ pattern: String, _ construct: String) {
    #expect {
      try tokenizer(pattern)
    } throws: { error in
      guard case TokenizationError.unsupported(let what, let found, _) = error else { return false }
      return what.contains(pattern) && found == construct
    }
  }

  /// A comment's bracket hides an absent group from the reader of patterns, not from the engine.
  @Test func refusesAnAbsentGroupWhereverItStands() {
    #expect(throws: TokenizationError.self) { try tokenizer("(?#[)(?~ab)c") }
  }

  /// One place of each looks through the whole rest, which no retry counts.
  @Test(arguments: [#"(?>.*)\x01"#, #".*+\x01"#, #"(?=.*+)a"#])
  func paysForLookingAhead(_ pattern: String) throws {
    let tokenizer = try tokenizer(pattern)
    #expect {
      try tokenizer.encode(String(repeating: "a", count: 250_000), addSpecialTokens: false)
    } throws: { error in
      if case TokenizationError.overBudget = error { true } else { false }
    }
  }

  /// The more of a text lies ahead, the fewer places are tried between two questions: each place
  /// may look through all of it.
  @Test func asksMoreOftenTheLongerTheTextIs() throws {
    let tokenizer = try tokenizer("a")
    let questions = Mutex(0)
    let length = 1 << 17
    _ = try tokenizer.encode(
      String(repeating: "a", count: length), addSpecialTokens: false,
      isStopped: {
        questions.withLock { $0 += 1 }
        return false
      })
    // One for each 2^22 of half of length × length looks, less what is beyond that at each.
    #expect(questions.withLock { $0 } >= 1900)
  }

  @Test func boundsPatterns() throws {
    _ = try tokenizer(String(repeating: "a", count: 4096))
    expectMalformed(naming: ["4097", "4096"]) {
      _ = try tokenizer(String(repeating: "a", count: 4097))
    }
    func steps(_ count: Int, _ pattern: String) -> String {
      let step =
        #"{"type": "Split", "pattern": {"Regex": "\#(pattern)"}, "behavior": "Isolated"}"#
      let list = Array(repeating: step, count: count).joined(separator: ", ")
      let sequence = #"{"type": "Sequence", "pretokenizers": [\#(list)]}"#
      return
        #"{"pre_tokenizer": {"type": "Sequence", "pretokenizers": [\#(sequence), \#(sequence)]}, "#
        + #""model": {"type": "BPE", "vocab": {"a": 0}, "merges": []}}"#
    }
    let long = String(repeating: "a", count: 4096)
    _ = try Tokenizer(json: Array(steps(2, long).utf8))
    expectMalformed(naming: ["24576", "16384"]) {
      _ = try Tokenizer(json: Array(steps(3, long).utf8))
    }
    expectMalformed(naming: ["66", "64"]) { _ = try Tokenizer(json: Array(steps(33, "").utf8)) }
  }

  private func expectMalformed(naming parts: [String], _ body: () throws -> Void) {
    #expect {
      try body()
    } throws: { error in
      guard case TokenizationError.malformed(_, let reason) = error else { return false }
      return parts.allSatisfy { reason.contains($0) }
    }
  }

  @Test func boundsAddedTokens() throws {
    func file(_ lengths: [Int], _ normalizer: String = "null") -> [UInt8] {
      let tokens = lengths.enumerated().map { index, length in
        let text = String(index) + String(repeating: "z", count: length - String(index).count)
        return #"{"id": \#(index + 1), "content": "\#(text)", "normalized": true}"#
      }
      return Array(
        (#"{"added_tokens": [\#(tokens.joined(separator: ", "))], "normalizer": \#(normalizer), "#
          + #""model": {"type": "BPE", "vocab": {"a": 0}, "merges": []}}"#).utf8)
    }
    _ = try Tokenizer(json: file([1 << 16]))
    expectMalformed(naming: ["65537", "65536"]) { _ = try Tokenizer(json: file([1 << 16 | 1])) }
    expectMalformed(naming: ["2097152"]) {
      _ = try Tokenizer(json: file(Array(repeating: 1 << 16, count: 33)))
    }
    let replacement =
      #"{"type": "Replace", "pattern": {"String": "z"}, "content": "zzzzzzzzzzzzzzzz"}"#
    expectMalformed(naming: ["65536"]) { _ = try Tokenizer(json: file([8192], replacement)) }
  }

  @Test(arguments: [
    "(", "[", "*", #"\"#, #"\p{Nonsense}"#, "(?z)", "a)",
    String(repeating: "(", count: 2000) + String(repeating: ")", count: 2000),
  ])
  func refusesWhatIsNoExpression(_ pattern: String) {
    #expect {
      try tokenizer(pattern)
    } throws: { error in
      guard case TokenizationError.malformed(let what, let reason) = error else { return false }
      return what.contains("pattern") && !reason.isEmpty
    }
  }

  /// Long matches are whole, whatever windows a search goes by.
  @Test(arguments: [100, 5000, 300_000])
  func matchesLongWordsWhole(_ length: Int) throws {
    let tokenizer = try tokenizer("a+|b")
    let word = String(repeating: "a", count: length)
    let whole = try tokenizer.encode(word, addSpecialTokens: false)
    let both = try tokenizer.encode(word + "b" + word, addSpecialTokens: false)
    // Cut anywhere, an odd number of letters would be left on either side.
    #expect(both == whole + [1] + whole && whole.count == length / 2)
  }

  /// Matches may lie behind many windows of the text, and at its very end.
  @Test func findsWhatIsFarAway() throws {
    let tokenizer = try tokenizer("b|(?<=a)$")
    let text = String(repeating: "a", count: 30_001) + "b" + String(repeating: "a", count: 3)
    let ids = try tokenizer.encode(text, addSpecialTokens: false)
    #expect(ids.count == 15_001 + 1 + 2)
    #expect(ids[15_001] == 1)
  }
}
