/// A judge's ratings of the answers to a set's questions: a file of JSON lines.
///
/// The first line says what was rated, by whom and how; each further one is one rating of one
/// text, or names arms whose answers are rated. A text that several arms give to a question is
/// rated once.
package struct RatingSheet: Sendable, Equatable {
  package struct Header: Sendable, Equatable {
    /// What texts were steered towards.
    package let concept: String
    /// The judge's name, how it is asked and how it answers.
    package let judge: String
    package let method: String
    package let form: String
    /// Of the questions' file.
    package let questionDigest: String

    package init(
      concept: String, judge: String, method: String, form: String, questionDigest: String
    ) {
      self.concept = concept
      self.judge = judge
      self.method = method
      self.form = form
      self.questionDigest = questionDigest
    }
  }

  /// A text as the answer to a question.
  package struct Subject: Sendable, Hashable {
    package let id: String
    package let text: String

    package init(id: String, text: String) {
      self.id = id
      self.text = text
    }
  }

  package struct Entry: Sendable, Equatable {
    package let subject: Subject
    package let quality: RatedQuality
    package let rating: Int

    package init(_ subject: Subject, _ quality: RatedQuality, rating: Int) {
      self.subject = subject
      self.quality = quality
      self.rating = rating
    }
  }

  package let header: Header
  /// Names of the arms whose answers were to be rated, in any run.
  package private(set) var arms: [String] = []
  private var ratings: [Subject: Ratings] = [:]

  package init(_ header: Header) { self.header = header }

  package subscript(subject: Subject) -> Ratings { ratings[subject] ?? Ratings() }

  mutating func add(_ entry: Entry) {
    ratings[entry.subject, default: Ratings()][entry.quality] = entry.rating
  }

  mutating func add(arms names: [String]) {
    arms += names.filter { !arms.contains($0) }
  }

  /// The arms that are to be rated: the plain model is always there, for comparison.
  ///
  /// - Parameter names: those asked for; nil: all.
  /// - Throws: `AnswerSheetError` for an arm that the sheet does not have.
  package static func arms(
    of sheet: AnswerSheet, _ names: [String]?
  ) throws(AnswerSheetError) -> [String] {
    let known = sheet.header.arms.map(\.name)
    if let other = names?.first(where: { !known.contains($0) }) {
      throw AnswerSheetError(
        path: "",
        "there is no arm \"\(other.prefix(200))\", expected some of "
          + known.prefix(20).joined(separator: ", "))
    }
    guard let names else { return known }
    return known.filter { $0 == Arm.plain.name || names.contains($0) }
  }

  /// The texts of a sheet of answers that a judge is to rate, each once, in its order.
  ///
  /// - Parameters:
  ///   - names: the arms.
  ///   - limit: questions at most.
  package static func subjects(
    of sheet: AnswerSheet, arms names: [String], limit: Int?
  ) -> [RatedSubject] {
    var seen: Set<Subject> = []
    var found: [RatedSubject] = []
    var questions = 0
    for entry in sheet.entries {
      guard case .answered(let texts) = entry.outcome else { continue }
      guard questions < limit ?? .max else { break }
      questions += 1
      for text in names.compactMap({ texts[$0] }) {
        let subject = Subject(id: entry.item.id, text: text)
        guard seen.insert(subject).inserted else { continue }
        found.append(RatedSubject(subject: subject, question: entry.item.question))
      }
    }
    return found
  }
}

/// A text that is to be rated, with what was asked.
package struct RatedSubject: Sendable, Equatable {
  package let subject: RatingSheet.Subject
  package let question: String
}
