import JSON

/// What a rater says of one item.
package enum RatingAnswer: String, Sendable, CaseIterable {
  case yes
  case no
  /// The rater cannot tell.
  case unclear
}

/// One rater's answers to a sheet, as the page saves them.
package struct RatingAnswers: Sendable, Equatable {
  package let path: String
  package let rater: String
  /// By item.
  package let answers: [String: RatingAnswer]

  package init(path: String, rater: String, answers: [String: RatingAnswer]) {
    self.path = path
    self.rater = rater
    self.answers = answers
  }

  private static let form = "lucarne rating answers"
  private static let byteLimit = 16 << 20
  private static let nameLimit = 200

  /// - Throws: `RatingError` for a file that is damaged, of another sheet, or answers an item that
  ///   there is not, or one twice.
  package init(path: String, to key: RatingKey) throws(RatingError) {
    let value = try RatingFile.value(path, form: Self.form, byteLimit: Self.byteLimit)
    guard value["sheet"]?.stringValue == key.sheet else { throw .otherSheet(path: path) }
    let rater = (value["rater"]?.stringValue ?? "").split { $0.isWhitespace }
      .joined(separator: " ")
    guard (1...Self.nameLimit).contains(rater.count), let members = value["answers"]?.arrayValue
    else {
      throw .unreadable(
        path: path,
        reason: "expected a rater with a name of up to \(Self.nameLimit) characters, and answers")
    }
    let known = Set(key.items.map(\.id))
    var answers: [String: RatingAnswer] = [:]
    for member in members {
      guard let item = member["item"]?.stringValue,
        let answer = member["answer"]?.stringValue.flatMap(RatingAnswer.init)
      else {
        throw .unreadable(
          path: path, reason: "expected answers with an item and yes, no or unclear")
      }
      guard known.contains(item) else { throw .unknownItem(path: path, item: item) }
      guard answers.updateValue(answer, forKey: item) == nil else {
        throw .answeredTwice(path: path, item: item)
      }
    }
    self.init(path: path, rater: rater, answers: answers)
  }

  /// Several raters' answers, each rater once.
  /// - Throws: `RatingError`.
  package static func all(_ paths: [String], to key: RatingKey) throws(RatingError) -> [Self] {
    var found: [Self] = []
    for path in paths {
      let answers = try Self(path: path, to: key)
      if let before = found.first(where: { $0.rater == answers.rater }) {
        throw .raterTwice(rater: answers.rater, path: path, before: before.path)
      }
      found.append(answers)
    }
    return found
  }
}
