package import FeatureIndex
import JSON

/// What an index keeps of how well its latents are explained: of each the explanation that counts,
/// with its newest score of each measure.
package struct ScoredLatents: Sendable {
  package struct Latent: Sendable {
    package var latent: Int
    package var group: ScoreTable.Group
    /// By measure.
    package var scores: [String: ScoreRecord]
  }

  /// Those that somebody tried to explain.
  package let explained: [Latent]
  /// Measures that need no explanation, of each latent that has one, by measure.
  package let measured: [String: [Int: ScoreRecord]]

  /// - Throws: `FeatureIndexError`.
  package init(_ store: FeatureIndexStore) throws {
    explained = try store.countedExplanations().map { record in
      Latent(
        latent: record.latent, group: .init(record), scores: try store.newestScores(of: record))
    }
    var measured: [String: [Int: ScoreRecord]] = [:]
    for kind in try store.latentScoreKinds() {
      measured[kind] = try store.latentScores(kind: kind)
    }
    self.measured = measured
  }

  /// The measures that there are.
  package var kinds: [String] {
    Set(explained.flatMap(\.scores.keys)).union(measured.keys).sorted()
  }

  /// Means of the explanations' measures by kind of concept.
  package var table: ScoreTable {
    ScoreTable(
      explained.map { .init(group: $0.group, scores: $0.scores.mapValues { .init($0) }) },
      kinds: kinds)
  }

  /// The mean of a measure that needs no explanation; nil for others.
  package func mean(ofLatents kind: String) -> ScoreTable.Mean? {
    guard let found = measured[kind] else { return nil }
    let entries = found.sorted { $0.key < $1.key }.map {
      ScoreTable.Entry(group: .explained(concept: nil), scores: [kind: .init($0.value)])
    }
    return ScoreTable(entries, kinds: [kind]).total.means.first
  }

  /// The settings that a measure was taken with, as JSON.
  package func settings(of kind: String) -> Set<String> {
    let records = explained.compactMap { $0.scores[kind] } + (measured[kind] ?? [:]).values
    return Set(records.map(\.settings))
  }
}

extension FeatureIndexStore {
  /// The explanation that counts for each latent that has one: its newest revision; where that is a
  /// failed attempt, the newest explanation before it.
  ///
  /// Questions and answers as they were are left out.
  package func countedExplanations() throws -> [ExplanationRecord] {
    let page = 1000
    var found: [ExplanationRecord] = []
    while true {
      let newest = try newestExplanations(offset: found.count, limit: page)
      found += try newest.map { newest in
        var counted = newest
        if newest.state == .failed, let label = try label(ofLatent: newest.latent) {
          counted = label
        }
        counted.record = nil
        return counted
      }
      guard newest.count == page else { return found }
    }
  }

  /// The newest score of each measure. A judge's and people's verdicts on the longer explanation
  /// stand for the phrase that was made of it, where that has none of its own.
  func newestScores(of record: ExplanationRecord) throws -> [String: ScoreRecord] {
    var scores: [String: ScoreRecord] = [:]
    if let longer = try record.refines.flatMap({ try explanation(id: $0) }) {
      for score in longer.scores where ["consistency", "people"].contains(score.kind) {
        scores[score.kind] = score
      }
    }
    for score in record.scores { scores[score.measure] = score }
    return scores
  }
}

extension ScoreRecord {
  private var facts: JSONValue? {
    details.flatMap { try? JSONValue(parsing: Array($0.utf8)) }
  }

  /// What the measure is called today: in indexes of earlier versions `detection` is the area under
  /// the curve on a concept set, which kept no settings.
  var measure: String {
    kind == "detection" && facts?["settings"] == nil ? "auc" : kind
  }

  /// What it was taken with, as JSON; empty where nobody said.
  var settings: String {
    guard let value = facts?["settings"], let bytes = try? value.bytes() else { return "" }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Over random draws; nil where nobody said.
  var baselineDeviation: Double? { facts?["baselineDeviation"]?.numberValue }
}

extension ScoreTable.Score {
  package init(_ record: ScoreRecord) {
    self.init(
      value: record.value, baseline: record.baseline.flatMap { $0.isFinite ? $0 : nil },
      baselineDeviation: record.baselineDeviation)
  }
}

extension ScoreTable.Group {
  init(_ record: ExplanationRecord) {
    switch record.state {
    case .explained: self = .explained(concept: record.concept)
    case .uninterpretable: self = .uninterpretable
    case .failed: self = .failed
    }
  }
}
