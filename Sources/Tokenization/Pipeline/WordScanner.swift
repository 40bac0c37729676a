/// Cuts text into words as the split patterns of three families of tokenizers do, by hand instead
/// of by regular expression.
///
/// At every position the first alternative that matches is taken, as a leftmost-first regular
/// expression would; each function below is one alternative and returns where its match ends.
struct WordScanner {
  enum Pattern: String, Sendable, CaseIterable {
    case llama3 = #"""
      (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| \#
      ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
      """#
    case qwen2 = #"""
      (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| \#
      ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
      """#
    case gpt2 =
      #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#
  }

  private let pattern: Pattern
  private let scalars: [Unicode.Scalar]
  private let classes: [CharacterClass]
  /// By scalar: where it begins in the text's UTF-8; one more for the end.
  private let offsets: [Int]

  init(_ pattern: Pattern, text: ArraySlice<UInt8>) {
    self.pattern = pattern
    var scalars: [Unicode.Scalar] = []
    var classes: [CharacterClass] = []
    var offsets: [Int] = []
    var offset = text.startIndex
    for scalar in String(decoding: text, as: UTF8.self).unicodeScalars {
      scalars.append(scalar)
      classes.append(CharacterClass(scalar))
      offsets.append(offset)
      offset += UTF8.width(scalar)
    }
    offsets.append(offset)
    self.scalars = scalars
    self.classes = classes
    self.offsets = offsets
  }

  /// The words' ranges in the text's UTF-8; they cover it.
  func words() -> [Range<Int>] {
    var words: [Range<Int>] = []
    var start = 0
    while start < scalars.count {
      let end = wordEnd(from: start)
      words.append(offsets[start]..<offsets[end])
      start = end
    }
    return words
  }

  private func wordEnd(from start: Int) -> Int {
    switch pattern {
    case .llama3, .qwen2:
      contraction(start, ignoringCase: true) ?? lettersAfterAnything(start)
        ?? numbers(start, limit: pattern == .llama3 ? 3 : 1)
        ?? others(start, takingNewlines: true) ?? spaceThroughNewline(start) ?? space(start)
        ?? start + 1
    case .gpt2:
      contraction(start, ignoringCase: false) ?? run(of: .letter, afterSpace: start)
        ?? run(of: .number, afterSpace: start) ?? others(start, takingNewlines: false)
        ?? space(start) ?? start + 1
    }
  }

  private func classAt(_ index: Int) -> CharacterClass? {
    index < classes.count ? classes[index] : nil
  }

  private func runEnd(from start: Int, while matches: (CharacterClass) -> Bool) -> Int {
    var end = start
    while end < classes.count, matches(classes[end]) { end += 1 }
    return end
  }

  /// 's|'t|'re|'ve|'m|'ll|'d
  private func contraction(_ start: Int, ignoringCase: Bool) -> Int? {
    guard scalars[start] == "'", let first = letter(start + 1, ignoringCase) else { return nil }
    switch first {
    case "s", "t", "m", "d": return start + 2
    case "r", "v": return letter(start + 2, ignoringCase) == "e" ? start + 3 : nil
    case "l": return letter(start + 2, ignoringCase) == "l" ? start + 3 : nil
    default: return nil
    }
  }

  private func letter(_ index: Int, _ ignoringCase: Bool) -> Unicode.Scalar? {
    guard index < scalars.count else { return nil }
    let scalar = scalars[index]
    guard ignoringCase else { return scalar }
    // The long s folds to s.
    if scalar == "\u{17F}" { return "s" }
    guard ("A"..."Z").contains(scalar) else { return scalar }
    return Unicode.Scalar(UInt8(scalar.value) | 0x20)
  }

  /// [^\r\n\p{L}\p{N}]?\p{L}+
  private func lettersAfterAnything(_ start: Int) -> Int? {
    let skips = classes[start] == .space || classes[start] == .other
    let first = skips ? start + 1 : start
    guard classAt(first) == .letter else { return nil }
    return runEnd(from: first) { $0 == .letter }
  }

  /// \p{N}{1,limit}
  private func numbers(_ start: Int, limit: Int) -> Int? {
    guard classes[start] == .number else { return nil }
    return min(runEnd(from: start) { $0 == .number }, start + limit)
  }

  /// ` ?` and a run of one class.
  private func run(of wanted: CharacterClass, afterSpace start: Int) -> Int? {
    let first = scalars[start] == " " ? start + 1 : start
    guard classAt(first) == wanted else { return nil }
    return runEnd(from: first) { $0 == wanted }
  }

  /// ` ?[^\s\p{L}\p{N}]+` and, if `takingNewlines`, `[\r\n]*`
  private func others(_ start: Int, takingNewlines: Bool) -> Int? {
    guard let end = run(of: .other, afterSpace: start) else { return nil }
    return takingNewlines ? runEnd(from: end) { $0 == .newline } : end
  }

  /// \s*[\r\n]+: up to the last newline of the white space here.
  private func spaceThroughNewline(_ start: Int) -> Int? {
    let end = runEnd(from: start) { $0.isSpace }
    return classes[start..<end].lastIndex(of: .newline).map { $0 + 1 }
  }

  /// \s+(?!\S)|\s+: white space but for its last character, unless it ends the text or is one.
  private func space(_ start: Int) -> Int? {
    let end = runEnd(from: start) { $0.isSpace }
    guard end > start else { return nil }
    return end == classes.count || end == start + 1 ? end : end - 1
  }
}
