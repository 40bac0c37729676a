import TestSupport
import Testing
import Tokenization

/// What expressions match is held to the reference by `TokenizerGrammarTests`; here is what they may
/// cost, and what is refused.
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

  @Test(arguments: [#"(a)\1"#, #"(?<n>a)\k<n>"#, #"(a\g<1>?)"#, #"\Ga"#])
  func refusesReferencesByName(_ pattern: String) {
    #expect {
      try tokenizer(pattern)
    } throws: { error in
      guard case TokenizationError.unsupported(let what, _, _) = error else { return false }
      return what.contains(pattern)
    }
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
