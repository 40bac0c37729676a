import JSON
import JSONRPC
import KernelProtocol
import Reports

/// The answers that a question's entries hold, as a report shows them.
struct SessionAnswers {
  /// Of one question; the last ones are the most telling.
  private static let limit = 24

  private let asked: SessionReading.Question
  private let labels: SessionLabels
  private let pictures: [String: Int]
  private var found: SessionReport.Question
  private var tokens: [SessionReading.ContextName: [ContextTokens.Token]] = [:]
  private var attributions: [SessionAttribution] = []
  private var attributionPlaces: [SessionAttribution.Question: Int] = [:]
  private var steerings = SessionSteerings()
  private var others: [String: Int] = [:]
  private var unread = 0
  private var unanswered = 0

  /// - Parameter check: called before each entry; may throw to stop.
  init(
    _ asked: SessionReading.Question, labels: SessionLabels, pictures: [String: Int],
    check: () throws -> Void
  ) rethrows {
    self.asked = asked
    self.labels = labels
    self.pictures = pictures
    found = SessionReport.Question(turns: asked.prompt.shown(pictures))
    for each in asked.entries {
      try check()
      add(each)
    }
  }

  /// - Parameter room: attributions that the page has room for; those that are shown are taken off.
  mutating func question(attributions room: inout Int) -> SessionReport.Question {
    let shown = attributions.filter(\.isTelling).suffix(min(room, Self.limit))
    room -= shown.count
    found.attributions = shown.map { $0.report(labels, tokens: tokens, places: picturePlaces) }
    found.steerings = steerings.reports(labels, limit: Self.limit)
    note(attributions.count { $0.isTelling } - shown.count, "earlier attribution")
    note(steerings.count - found.steerings.count, "earlier change")
    note(cut(&found.answers), "earlier answer")
    note(cut(&found.ablations), "earlier ablation")
    note(cut(&found.comparisons), "earlier comparison")
    if unread > 0 { found.notes.append("\(counted(unread, "result")) could not be read.") }
    if unanswered > 0 {
      found.notes.append("\(counted(unanswered, "request")) refused or cancelled.")
    }
    found.others = others.sorted { $0.key < $1.key }.prefix(20).map { ($0.key, $0.value) }
    return found
  }

  private func counted(_ count: Int, _ noun: String) -> String {
    NumberText.counted(count, noun)
  }

  private mutating func note(_ leftOut: Int, _ noun: String) {
    if leftOut > 0 { found.notes.append("\(counted(leftOut, noun)) left out.") }
  }

  private func cut<Element>(_ list: inout [Element]) -> Int {
    let rest = max(0, list.count - Self.limit)
    list.removeFirst(rest)
    return rest
  }

  /// The session's pictures in the order of the prompt's.
  private var picturePlaces: [Int?] {
    found.turns.compactMap { turn in
      guard case .picture(let place) = turn.content else { return nil }
      return .some(place)
    }
  }

  // MARK: An entry

  private mutating func add(_ asked: SessionReading.Asked) {
    guard !asked.entry.isUnanswered else {
      unanswered += 1
      return
    }
    guard asked.entry.result != nil else {
      others[asked.entry.method, default: 0] += 1
      return
    }
    do { try read(asked) } catch { unread += 1 }
  }

  private mutating func read(_ asked: SessionReading.Asked) throws {
    let entry = asked.entry
    switch entry.method {
    case ContextTokens.method:
      let result: ContextTokens.Result = try value(entry)
      tokens[asked.context] = result.tokens
    case ContextGenerate.method:
      let result: ContextGenerate.Result = try value(entry)
      let changes = ChangeWords(entry.params, labels).all.map { ", changed: \($0)" }
      found.answers.append(
        SessionReport.Reply(
          result.tokens, result.finish,
          manner: GenerationManner(entry.params).words + changes.joined()))
    case AttributionCompute.method:
      let result: AttributionCompute.Result = try value(entry)
      let question = SessionAttribution.Question(asked)
      if let place = attributionPlaces[question] {
        attributions[place].add(result)
      } else {
        attributionPlaces[question] = attributions.count
        attributions.append(SessionAttribution(asked, result))
      }
    case AttributionCompare.method:
      let result: AttributionCompare.Result = try value(entry)
      found.comparisons.append(SessionReport.Comparison(result, labels))
    case SteeringGenerate.method:
      let result: SteeringGenerate.Result = try value(entry)
      steerings.add(asked, result)
    case AblationRun.method:
      let result: AblationRun.Result = try value(entry)
      found.ablations.append(SessionReport.Ablation(entry, result, labels))
    default: others[entry.method, default: 0] += 1
    }
  }

  private func value<Result: Decodable>(_ entry: SessionEntry) throws -> Result {
    try (entry.result ?? .null).decode(path: "result")
  }
}
