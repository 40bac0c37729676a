import Explanations
import FeatureIndex
import Foundation
import Testing

/// Which explanation and which scores of an index count.
@Suite struct ScoredLatentsTests {
  private let folder: Scratch
  private let store: FeatureIndexStore

  init() throws {
    folder = try Scratch()
    store = try FeatureIndexStore.create(
      at: folder.path + "/index",
      identity: IndexIdentity(
        model: "", autoencoder: "", site: "resid_post.3", latentCount: 10, activation: "topk 2"),
      options: IndexOptions(exemplars: 1, sampledTokens: 0, spanTokens: 8))
  }

  @discardableResult
  private func tell(
    _ latent: Int, _ state: ExplanationRecord.State, _ text: String = "",
    concept: String? = nil, refines: Int? = nil
  ) throws -> Int {
    let record = ExplanationRecord(
      latent: latent, state: state, text: text, author: .init(kind: .model, name: "m"),
      method: "chat", concept: concept, refines: refines, record: "as it was", created: 1)
    return try #require(try store.put([record]).first?.id)
  }

  private func score(
    _ explanation: Int, _ kind: String, _ value: Double, details: String? = nil
  ) throws {
    try store.put(scores: [
      (
        explanation,
        ScoreRecord(kind: kind, value: value, count: 1, details: details, created: 1)
      )
    ])
  }

  private func latent(_ number: Int) throws -> ScoredLatents.Latent {
    try #require(try ScoredLatents(store).explained.first { $0.latent == number })
  }

  @Test func aFailedAttemptHidesNoExplanationAndAVerdictDoes() throws {
    try score(try tell(1, .explained, "a house", concept: "object"), "iou", 0.5)
    try tell(1, .failed, "no connection")
    try score(try tell(2, .explained, "a house"), "iou", 0.5)
    try tell(2, .uninterpretable)
    try tell(3, .failed, "no connection")
    #expect(try latent(1).group == .explained(concept: "object"))
    #expect(try latent(1).scores["iou"]?.value == 0.5)
    #expect(try latent(2).group == .uninterpretable && latent(2).scores.isEmpty)
    #expect(try latent(3).group == .failed)
    let table = try ScoredLatents(store).table
    #expect(table.rows.map(\.name) == ["object", "uninterpretable", "failed"])
    #expect(abs(table.total.means[0].overAll - 0.5 / 3) < 1e-12)
  }

  @Test func theNewestScoreOfEachMeasureCounts() throws {
    let id = try tell(1, .explained, "a house")
    for value in [0.1, 0.9, 0.4] { try score(id, "iou", value) }
    try score(id, "clip", 20)
    let found = try latent(1).scores
    #expect(found["iou"]?.value == 0.4 && found["clip"]?.value == 20 && found.count == 2)
  }

  @Test func aVerdictOnTheLongerExplanationStandsForThePhrase() throws {
    let longer = try tell(1, .explained, "roofs of houses seen from afar")
    try score(longer, "consistency", 1)
    try score(longer, "people", 0.8)
    try score(longer, "iou", 0.7)
    let phrase = try tell(1, .explained, "roof", concept: "part", refines: longer)
    #expect(try latent(1).scores.mapValues(\.value) == ["consistency": 1, "people": 0.8])
    try score(phrase, "consistency", 0)
    try score(phrase, "iou", 0.2)
    #expect(
      try latent(1).scores.mapValues(\.value) == ["consistency": 0, "people": 0.8, "iou": 0.2])
  }

  @Test func detectionOfEarlierIndexesIsTheAreaUnderACurve() throws {
    try score(try tell(1, .explained, "a"), "detection", 0.9, details: #"{"heldOut":1}"#)
    try score(try tell(2, .explained, "b"), "detection", 0.8, details: #"{"settings":{"seed":0}}"#)
    #expect(try latent(1).scores.keys.sorted() == ["auc"])
    #expect(try latent(2).scores.keys.sorted() == ["detection"])
  }

  @Test func settingsAreToldApartAndSpreadsAreRead() throws {
    let details = #"{"settings":{"seed":1},"baselineDeviation":0.25}"#
    try score(try tell(1, .explained, "a"), "iou", 0.9, details: details)
    try score(try tell(2, .explained, "b"), "iou", 0.8, details: details)
    var found = try ScoredLatents(store)
    #expect(found.settings(of: "iou").count == 1)
    let spread = try #require(found.table.total.means.first?.baselineDeviation)
    #expect(abs(spread - 0.25 / 2.0.squareRoot()) < 1e-12)
    try score(try tell(3, .explained, "c"), "iou", 0.7, details: #"{"settings":{"seed":2}}"#)
    found = try ScoredLatents(store)
    #expect(found.settings(of: "iou").count == 2)
  }

  @Test func measuresOfLatentsNeedNoExplanation() throws {
    for (latent, value) in [(4, 0.2), (5, 0.6), (4, 0.4)] {
      try store.put(
        scores: [],
        latentScores: [
          (
            latent,
            ScoreRecord(
              kind: "monosemanticity", value: value, baseline: 0.1, count: 5, created: 1)
          )
        ])
    }
    let found = try ScoredLatents(store)
    let mean = try #require(found.mean(ofLatents: "monosemanticity"))
    #expect(mean.count == 2 && abs(mean.value - 0.5) < 1e-12 && mean.baseline == 0.1)
    #expect(found.explained.isEmpty && found.kinds == ["monosemanticity"])
    #expect(found.mean(ofLatents: "iou") == nil)
  }

  /// More than are read at once.
  @Test func manyExplanationsAreAllCounted() throws {
    let many = try FeatureIndexStore.create(
      at: folder.path + "/many",
      identity: IndexIdentity(
        model: "", autoencoder: "", site: "s", latentCount: 2500, activation: "topk 2"),
      options: IndexOptions(exemplars: 1, sampledTokens: 0, spanTokens: 8))
    try many.put(
      (0..<2500).map {
        ExplanationRecord(
          latent: $0, state: .explained, text: "\($0)", author: .init(kind: .human, name: "a"),
          method: "manual", record: "long", created: 1)
      })
    let found = try many.countedExplanations()
    #expect(found.map(\.latent) == Array(0..<2500) && found.allSatisfy { $0.record == nil })
  }
}
