import JSON
import KernelProtocol

/// A session's questions: its contexts, and by whom each entry was asked, in the order of asking.
struct SessionReading {
  /// A prompt with everything that was asked about it.
  struct Question {
    let prompt: SessionPrompt
    /// Contexts of the file that were opened with it.
    var contexts: [String] = []
    var entries: [Asked] = []
  }

  struct Asked {
    let entry: SessionEntry
    /// Its place among the session's entries.
    let number: Int
    /// Names of contexts are only good on their connection.
    let context: ContextName
    /// What the file calls the context; nil where it does not have it.
    let saved: String?
  }

  struct ContextName: Hashable {
    let connection: String?
    let name: String
  }

  /// More make no page that anybody reads.
  private static let questionLimit = 200
  /// Of one question, the last ones; as many as the window's log has.
  private static let entryLimit = 2_000

  private(set) var questions: [Question] = []
  private(set) var warnings: [String] = []
  private let saved: [String: SavedSession.Context]
  private let pictures: PictureDigests
  /// The connection whose contexts are in the file.
  private let connection: String?
  private var places: [SessionPrompt: Int] = [:]
  private var known: [ContextName: Int] = [:]
  private var leftOut = 0

  init(_ session: SavedSession) {
    saved = Dictionary(session.contexts.map { ($0.context, $0) }, uniquingKeysWith: { $1 })
    pictures = PictureDigests(session)
    connection =
      session.entries.lazy.compactMap { $0["window"] }
      .compactMap(SessionEntry.connection).first
    for (number, value) in session.entries.enumerated() {
      if let entry = SessionEntry(value) { add(entry, number) }
    }
    for context in session.contexts {
      guard let place = place(of: SessionPrompt(context)) else { continue }
      questions[place].contexts.append(context.context)
    }
    for place in questions.indices where questions[place].entries.count > Self.entryLimit {
      let count = questions[place].entries.count
      questions[place].entries.removeFirst(count - Self.entryLimit)
      warnings.append(
        "\(count) requests are about one question, of which the last \(Self.entryLimit) are read")
    }
    // What a client opened to look at, or has closed again, says nothing.
    questions.removeAll { question in
      question.contexts.isEmpty && question.entries.allSatisfy { $0.entry.result == nil }
    }
    if leftOut > 0 {
      warnings.append(
        "the session has \(Self.questionLimit + leftOut) questions, of which the first "
          + "\(Self.questionLimit) are shown")
    }
  }

  private mutating func add(_ entry: SessionEntry, _ number: Int) {
    guard let name = entry.context else { return }
    let context = ContextName(connection: entry.connection, name: name)
    let isSaved = entry.connection == nil || entry.connection == connection
    let isOpening = entry.opened != nil && entry.params["parts"] != nil
    if isOpening || known[context] == nil {
      // What the file has of a context is sure; of others there is what the request said.
      let prompt =
        (isSaved ? saved[name] : nil).map { SessionPrompt($0) }
        ?? (isOpening ? SessionPrompt(opening: entry.params, pictures: pictures) : nil)
      known[context] = prompt.flatMap { place(of: $0) }
    }
    guard !isOpening, let place = known[context] else { return }
    questions[place].entries.append(
      Asked(
        entry: entry, number: number, context: context,
        saved: isSaved && saved[name] != nil ? name : nil))
  }

  /// Where the question with a prompt is; nil where there are too many.
  private mutating func place(of prompt: SessionPrompt) -> Int? {
    if let place = places[prompt] { return place }
    guard questions.count < Self.questionLimit else {
      leftOut += 1
      return nil
    }
    places[prompt] = questions.count
    questions.append(Question(prompt: prompt))
    return questions.count - 1
  }
}
