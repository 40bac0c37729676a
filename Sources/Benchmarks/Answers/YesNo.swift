/// Yes or No, as the public benchmarks read a model's answer.
package enum YesNo: String, Sendable {
  case yes = "Yes"
  case no = "No"

  /// POPE's rule (`evaluate.py`): of the text before the first full stop, without its commas and
  /// split at spaces, `No`, `no` or `not` among the words is a No. Anything else is a Yes, an
  /// empty answer and "Nope" among it.
  package init(pope text: String) {
    let sentence = text.prefix { $0 != "." }
    let words = sentence.filter { $0 != "," }.split(separator: " ")
    self = words.contains { ["No", "no", "not"].contains($0) } ? .no : .yes
  }

  /// The first word, its letters alone, or else the only one of the two that is there as a word.
  ///
  /// HallusionBench has GPT-4 decide whether an answer is right, wrong or unclear; its questions
  /// are answered by Yes or No, so that this rule stands in.
  /// - Returns: nil for an answer that is neither, or both.
  package init?(words text: String) {
    let lowercase = text.lowercased()
    let first = lowercase.split(whereSeparator: \.isWhitespace).first
    if let word = Self(word: first?.filter(\.isLetter) ?? "") {
      self = word
      return
    }
    let words = lowercase.split { !$0.isLetter && !$0.isNumber && $0 != "_" }
    let found = Set(words.compactMap { Self(word: String($0)) })
    guard let only = found.first, found.count == 1 else { return nil }
    self = only
  }

  /// What a set of questions says is right, in capitals or not, with or without a full stop.
  package init?(truth text: String) {
    let words = text.lowercased().filter { !$0.isWhitespace }
    self.init(word: words.hasSuffix(".") ? String(words.dropLast()) : words)
  }

  /// - Returns: nil for what is not exactly one of the two.
  package init?(exactly text: String) {
    self.init(rawValue: text)
  }

  private init?(word: String) {
    switch word {
    case "yes": self = .yes
    case "no": self = .no
    default: return nil
    }
  }
}
