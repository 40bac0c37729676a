/// What came of a model's answer to a question.
package enum Verdict: String, Sendable, CaseIterable {
  case right, wrong
  /// Neither Yes nor No where one of them was asked for.
  case unclear
}

/// A model's answer, read by the rules of its question's set.
package struct Judgement: Sendable, Equatable {
  package let verdict: Verdict
  /// nil where the question has another answer, or this is neither.
  package let said: YesNo?

  package init(verdict: Verdict, said: YesNo?) {
    self.verdict = verdict
    self.said = said
  }

  /// Reads an answer.
  ///
  /// POPE takes what it does not understand for a Yes. AMBER counts nothing but exactly `Yes` and
  /// `No`. In the project's own form a question whose answer is Yes or No is read as
  /// HallusionBench's are; any other answer must be the right one but for case, spaces around it
  /// and a full stop.
  package init(of text: String, to item: QuestionItem, format: QuestionFormat) {
    guard let truth = YesNo(truth: item.answer) else {
      verdict = Self.plain(text) == Self.plain(item.answer) ? .right : .wrong
      said = nil
      return
    }
    said =
      switch format {
      case .pope: YesNo(pope: text)
      case .amber: YesNo(exactly: text)
      case .hallusionBench, .questions: YesNo(words: text)
      }
    verdict = said.map { $0 == truth ? .right : .wrong } ?? .unclear
  }

  private static func plain(_ text: String) -> String {
    let words = text.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
    return words.hasSuffix(".") ? String(words.dropLast()) : words
  }
}
