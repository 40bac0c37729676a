package import FeatureIndex
import JSON

/// What people say of explanations: shares of yes, and how far raters agree.
package struct RatingResult: Sendable {
  package struct Share: Sendable, Equatable {
    package var yes = 0
    /// Answers.
    package var count = 0

    /// nil without answers.
    package var value: Double? { count == 0 ? nil : Double(yes) / Double(count) }

    fileprivate mutating func add(_ answer: RatingAnswer) {
      yes += answer == .yes ? 1 : 0
      count += 1
    }
  }

  package struct Row: Sendable {
    /// The kind of concept.
    package var name: String
    /// Explanations that somebody answered for.
    package var explanations: Int
    package var share: Share
  }

  package struct Pair: Sendable {
    package var first: String
    /// nil for the judge, whose answers are the index's scores of consistency.
    package var second: String?
    package var agreement: Agreement
  }

  package let raters: [(name: String, answered: Int)]
  package let rows: [Row]
  /// Of all items with their own explanation.
  package let own: Share
  package let decoys: Share
  package let pairs: [Pair]
  /// What is kept with each explanation that somebody answered for.
  package let scores: [(explanation: Int, score: ScoreRecord)]

  /// - Parameters:
  ///   - path: of the key, for errors.
  ///   - created: seconds since 1970.
  /// - Throws: `RatingError.otherIndex` where the index does not have the key's explanations;
  ///   `FeatureIndexError`.
  package init(
    _ all: [RatingAnswers], key: RatingKey, path: String, store: FeatureIndexStore,
    created: Double
  ) throws {
    let all = all.sorted { $0.rater < $1.rater }
    let records = try key.items.map { try store.record(of: $0, path: path) }
    raters = all.map { ($0.rater, $0.answers.count) }
    (own, decoys) = (
      Self.share(key.items.filter { !$0.isDecoy }, all),
      Self.share(key.items.filter(\.isDecoy), all)
    )
    var groups: [ScoreTable.Group: [RatingKey.Item]] = [:]
    var scores: [(explanation: Int, score: ScoreRecord)] = []
    var verdicts: [String: Bool] = [:]
    for (item, record) in zip(key.items, records) where !item.isDecoy {
      if let consistency = try store.newestScores(of: record)["consistency"] {
        verdicts[item.id] = consistency.value >= 0.5
      }
      guard all.contains(where: { $0.answers[item.id] != nil }) else { continue }
      groups[ScoreTable.Group(record), default: []].append(item)
      let score = try Self.score(of: item, all, sheet: key.sheet, decoys, created: created)
      let isKnown = record.scores.contains { $0.kind == score.kind && $0.details == score.details }
      if !isKnown { scores.append((item.explanation, score)) }
    }
    self.scores = scores
    rows = groups.sorted { $0.key < $1.key }.map { group, items in
      Row(name: group.name, explanations: items.count, share: Self.share(items, all))
    }
    pairs = Self.pairs(all) + Self.pairs(all, with: verdicts)
  }

  private static func share(_ items: [RatingKey.Item], _ all: [RatingAnswers]) -> Share {
    var share = Share()
    for item in items {
      for answers in all { if let answer = answers.answers[item.id] { share.add(answer) } }
    }
    return share
  }

  /// What people say of one explanation: of its raters the share of yes, by chance that of decoys.
  private static func score(
    of item: RatingKey.Item, _ all: [RatingAnswers], sheet: String, _ decoys: Share,
    created: Double
  ) throws -> ScoreRecord {
    let share = share([item], all)
    let details: JSONValue = [
      "sheet": .string(sheet),
      "raters": .array(
        all.compactMap { answers in
          answers.answers[item.id].map {
            ["name": .string(answers.rater), "answer": .string($0.rawValue)]
          }
        }),
      "decoys": [
        "yes": .integer(Int64(decoys.yes)), "answers": .integer(Int64(decoys.count)),
      ],
    ]
    return ScoreRecord(
      kind: "people", value: share.value ?? 0, baseline: decoys.value, count: share.count,
      details: String(decoding: try details.bytes(), as: UTF8.self), created: created)
  }

  // MARK: Agreement

  private static func pairs(_ all: [RatingAnswers]) -> [Pair] {
    all.indices.flatMap { first in
      all.indices.dropFirst(first + 1).map { second in
        let (one, other) = (all[first], all[second])
        return Pair(
          first: one.rater, second: other.rater,
          agreement: Agreement(
            one.answers.compactMap { item, answer in other.answers[item].map { (answer, $0) } }))
      }
    }
  }

  /// With the judge, who says yes or no: where a rater cannot tell, that is no yes.
  private static func pairs(_ all: [RatingAnswers], with verdicts: [String: Bool]) -> [Pair] {
    guard !verdicts.isEmpty else { return [] }
    return all.map { answers in
      Pair(
        first: answers.rater, second: nil,
        agreement: Agreement(
          answers.answers.compactMap { item, answer in
            verdicts[item].map { (answer == .yes, $0) }
          }))
    }
  }
}

extension FeatureIndexStore {
  /// The explanation whose text an item shows.
  fileprivate func record(of item: RatingKey.Item, path: String) throws -> ExplanationRecord {
    func refuse(_ reason: String) -> RatingError { .otherIndex(path: path, reason: reason) }
    guard let record = try explanation(id: item.explanation), record.state == .explained,
      item.isDecoy || record.latent == item.latent
    else { throw refuse("there is no explanation \(item.explanation) of latent \(item.latent)") }
    let longer = try record.refines.flatMap { try explanation(id: $0) }
    guard item.text == record.text || item.text == longer?.text else {
      throw refuse("explanation \(item.explanation) says something else")
    }
    return record
  }
}
