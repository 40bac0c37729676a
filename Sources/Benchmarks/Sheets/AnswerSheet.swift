package import JSON

/// What a model said to the questions of a set, in every arm: a file of JSON lines.
///
/// The first line says what was asked and how; each further one is a question with its answers, or
/// with why there are none. A question that stands there again, because its picture was missing at
/// first, counts as it stands last.
package struct AnswerSheet: Sendable, Equatable {
  package struct Header: Sendable, Equatable {
    package let format: QuestionFormat
    package let arms: [Arm]
    /// Whatever else changes answers: the model's, the autoencoder's and the set's digests, the
    /// arms' interventions, template and length. Sheets of one run have the same.
    package let settings: JSONObject
    /// How many questions the set has, whatever part of it is answered here.
    package let questions: Int
    /// The folder that the pictures' names start from, on the machine of the run: for pages.
    package let pictures: String?

    package init(
      format: QuestionFormat, arms: [Arm], settings: JSONObject, questions: Int,
      pictures: String? = nil
    ) {
      self.pictures = pictures
      self.format = format
      self.arms = arms
      self.settings = settings
      self.questions = questions
    }

    /// Whether answers of one may stand beside those of the other, wherever pictures lay.
    func isOfSameRun(as other: Header) -> Bool {
      format == other.format && arms == other.arms && settings == other.settings
        && questions == other.questions
    }
  }

  package struct Entry: Sendable, Equatable {
    package let item: QuestionItem
    package let outcome: Outcome

    package init(_ item: QuestionItem, _ outcome: Outcome) {
      self.item = item
      self.outcome = outcome
    }
  }

  package enum Outcome: Sendable, Equatable {
    /// Texts by the arms' names.
    case answered([String: String])
    /// Not asked, and why: its picture is missing or unreadable.
    case missing(String)
  }

  package var header: Header
  /// In the order in which they were asked first.
  package private(set) var entries: [Entry] = []
  private var places: [String: Int] = [:]

  package init(_ header: Header) { self.header = header }

  package subscript(id id: String) -> Entry? { places[id].map { entries[$0] } }

  mutating func add(_ entry: Entry) {
    if let place = places[entry.item.id] {
      entries[place] = entry
    } else {
      places[entry.item.id] = entries.count
      entries.append(entry)
    }
  }

  /// The questions with what an arm said.
  package func answers(of arm: Arm) -> [AnsweredQuestion] {
    entries.compactMap { entry in
      guard case .answered(let texts) = entry.outcome, let text = texts[arm.name] else {
        return nil
      }
      return AnsweredQuestion(entry.item, text: text, format: header.format)
    }
  }

  /// The same of the questions that have a right answer.
  package func judgedAnswers(of arm: Arm) -> [AnsweredQuestion] {
    answers(of: arm).filter(\.hasTruth)
  }

  /// One sheet of several that hold parts of one set.
  /// - Throws: `AnswerSheetError` where they are not of one run.
  package init(joining sheets: [(path: String, sheet: AnswerSheet)]) throws(AnswerSheetError) {
    guard let first = sheets.first else { throw AnswerSheetError(path: "", "no file is given") }
    self.init(first.sheet.header)
    var owners: [String: String] = [:]
    for (path, sheet) in sheets {
      guard sheet.header.isOfSameRun(as: header) else {
        throw AnswerSheetError(
          path: path,
          "its answers were made otherwise than those of \(first.path): parts of one "
            + "run have the same settings")
      }
      for entry in sheet.entries {
        if let owner = owners.updateValue(path, forKey: entry.item.id) {
          throw AnswerSheetError(
            path: path, "the question \"\(entry.item.id.prefix(200))\" is answered in \(owner), too"
          )
        }
        add(entry)
      }
    }
  }
}

/// Why a file of answers cannot be used.
package struct AnswerSheetError: Error, Equatable, CustomStringConvertible {
  package enum Kind: Sendable, Equatable {
    case invalid, busy, diskFull, otherSettings, unwritable
  }

  package let kind: Kind
  package let path: String
  package let reason: String

  package init(_ kind: Kind = .invalid, path: String, _ reason: String) {
    self.kind = kind
    self.path = path
    self.reason = reason
  }

  package var description: String { path.isEmpty ? reason : "\(path): \(reason)" }
}
