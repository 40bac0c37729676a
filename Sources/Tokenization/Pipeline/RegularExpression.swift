internal import COniguruma

/// A regular expression of a checkpoint, by the engine that the reference runs it with, so that it
/// means the same here.
///
/// Searches go by windows of the text and by growing numbers of retries, each paid for from the
/// budget: an expression that goes back and forth for ever ends with an error. `SearchMeter` says
/// how wide a window is and charges for what is not counted as retries.
@safe final class RegularExpression: Sendable {
  /// How often a search may go back at one place of a text: a fifth of a second.
  private static let retriesAtOnePlace: UInt = 1 << 21
  /// What is tried first, which is more than sound expressions need.
  private static let firstRetries: UInt = 1 << 12
  /// Of a pattern's text, in bytes. Files that spell out classes of letters have some 1 KiB; what a
  /// pattern is compiled to may be thousands of times as large as its text.
  private static let lengthLimit = 1 << 12

  private let pattern: String
  /// Searching does not change it.
  private nonisolated(unsafe) let expression: OpaquePointer

  /// Throws `.malformed` where `pattern` is no regular expression, `.unsupported` where it holds
  /// what has a cost that cannot be counted.
  init(_ pattern: String) throws(TokenizationError) {
    self.pattern = pattern
    guard pattern.utf8.count <= Self.lengthLimit else {
      throw .malformed(
        what: "the tokenizer's pattern \(Self.shown(pattern))",
        reason: "\(pattern.utf8.count) bytes, expected at most \(Self.lengthLimit)")
    }
    let source = ExpressionSource(pattern)
    if let refused = source.refused {
      throw .unsupported(
        what: "in the tokenizer's pattern \(Self.shown(pattern))", found: refused,
        supported: [
          "patterns without absent groups, callouts, and references to groups or the search's start"
        ])
    }
    let made = unsafe Self.compile(source.bytes)
    guard let compiled = unsafe made.compiled else {
      throw .malformed(
        what: "the tokenizer's pattern \(Self.shown(pattern))", reason: unsafe made.reason)
    }
    unsafe expression = compiled
  }

  deinit { unsafe coniguruma_free(expression) }

  /// The matches in `text`, ascending and without overlap; they may be empty, but not directly
  /// behind another. Throws `.overBudget`, `.stopped`.
  func matches(in text: [UInt8], _ budget: TextBudget) throws(TokenizationError) -> [Range<Int>] {
    // The engine would read beyond the end of a text that breaks off within a character.
    guard (try? UTF8Span(validating: text.span)) != nil else {
      throw .malformed(what: "the text for \(Self.shown(pattern))", reason: "it is not UTF-8")
    }
    var matches: [Range<Int>] = []
    var meter = SearchMeter(length: text.count)
    var start = 0
    while start <= text.count,
      let match = try firstMatch(in: text, from: start, &meter, budget)
    {
      if match.isEmpty, matches.last?.upperBound == match.lowerBound {
        start = Self.character(after: match.upperBound, in: text)
        continue
      }
      matches.append(match)
      start = match.upperBound
    }
    return matches
  }

  private func firstMatch(
    in text: [UInt8], from start: Int, _ meter: inout SearchMeter, _ budget: TextBudget
  ) throws(TokenizationError) -> Range<Int>? {
    var start = start
    while true {
      let rest = text.count - start
      let window = SearchMeter.places(before: rest)
      // The end is a place, too: an empty match may lie there.
      let before = Self.character(after: min(start + window, text.count) - 1, in: text)
      let match = try search(text, start, before, budget)
      let places = 1 + (match?.lowerBound ?? before) - start
      try budget.spend(steps: places)
      try meter.count(places: places, rest: rest, budget)
      if let match { return match }
      if before >= text.count { return nil }
      start = before
    }
  }

  private func search(
    _ text: [UInt8], _ start: Int, _ before: Int, _ budget: TextBudget
  ) throws(TokenizationError) -> Range<Int>? {
    var retries = Self.firstRetries
    while true {
      var (first, end) = (0, 0)
      let outcome = unsafe text.withUnsafeBufferPointer { bytes in
        // An empty text has no address, and the engine wants one.
        var none: UInt8 = 0
        return unsafe withUnsafePointer(to: &none) { none in
          unsafe coniguruma_search(
            expression, bytes.baseAddress ?? none, text.count, start, before, retries, &first, &end)
        }
      }
      switch outcome {
      case CONIGURUMA_MATCH, CONIGURUMA_NONE:
        let isMatch = outcome == CONIGURUMA_MATCH
        if retries > Self.firstRetries {
          // Some of the places took more than the number of retries before; all are taken to have.
          let places = 1 + (isMatch ? max(0, first - start) : before - start)
          try budget.spend(steps: places * Int(retries / 8))
        }
        return isMatch ? first..<end : nil
      case CONIGURUMA_RETRIES where retries < Self.retriesAtOnePlace:
        try budget.spend(steps: Int(retries))
        retries *= 8
      default:
        throw .overBudget(
          what: "\(budget.what), pattern \(Self.shown(pattern)),",
          limit: "\(Self.retriesAtOnePlace) steps at one place of a text")
      }
    }
  }

  // MARK: Reading

  private static func compile(
    _ bytes: [UInt8]
  ) -> (compiled: OpaquePointer?, reason: String) {
    unsafe withUnsafeTemporaryAllocation(
      of: CChar.self, capacity: Int(CONIGURUMA_MESSAGE_SIZE)
    ) { message in
      unsafe message.initialize(repeating: 0)
      let compiled = unsafe bytes.withUnsafeBufferPointer {
        unsafe coniguruma_compile($0.baseAddress, bytes.count, message.baseAddress)
      }
      return unsafe (compiled, String(cString: message.baseAddress!))
    }
  }

  private static func shown(_ pattern: String) -> String {
    pattern.utf8.count <= 80 ? pattern : "\(pattern.prefix(80))…"
  }

  /// Where the character behind the one at `index` begins.
  private static func character(after index: Int, in text: [UInt8]) -> Int {
    var index = index + 1
    while index < text.count, text[index] & 0xC0 == 0x80 { index += 1 }
    return index
  }
}
