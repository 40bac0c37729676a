import Explanations
import TestSupport
import Testing

/// Means of scores, held to NumPy from the definition.
@Suite struct ScoreTableTests {
  private struct Reference: Decodable {
    struct Score: Decodable {
      let value: Double
      let baseline: Double
      let deviation: Double
    }
    struct Latent: Decodable {
      let state: String
      let concept: String?
      let scores: [String: Score]
    }
    struct Mean: Decodable {
      let value: Double
      let deviation: Double
      let baseline: Double
      let overAll: Double
      let count: Int
    }
    struct Row: Decodable {
      let name: String
      let count: Int
      let means: [String: Mean]
    }
    let latents: [Latent]
    let rows: [Row]
    let total: Row
    let simulated: [String: Double]
  }

  private static let kinds = ["iou", "clip"]

  private func table(of reference: Reference) -> ScoreTable {
    ScoreTable(
      reference.latents.map { latent in
        let group: ScoreTable.Group =
          switch latent.state {
          case "uninterpretable": .uninterpretable
          case "failed": .failed
          default: .explained(concept: latent.concept)
          }
        return .init(
          group: group,
          scores: latent.scores.mapValues {
            .init(value: $0.value, baseline: $0.baseline, baselineDeviation: $0.deviation)
          })
      }, kinds: Self.kinds)
  }

  private func expect(_ found: ScoreTable.Row, _ expected: Reference.Row) throws {
    #expect(found.name == expected.name && found.count == expected.count)
    #expect(Set(found.means.map(\.kind)) == Set(expected.means.keys))
    for mean in found.means {
      let wanted = try #require(expected.means[mean.kind])
      #expect(mean.count == wanted.count)
      for (one, other) in [
        (mean.value, wanted.value), (mean.deviation, wanted.deviation),
        (mean.baseline ?? .nan, wanted.baseline), (mean.overAll, wanted.overAll),
      ] { #expect(abs(one - other) < 1e-12, "\(found.name), \(mean.kind)") }
    }
  }

  @Test func rowsAreThoseOfTheDefinition() throws {
    let reference = try Fixtures.json("scores/table.json", as: Reference.self)
    let table = table(of: reference)
    #expect(table.rows.map(\.name) == reference.rows.map(\.name))
    for (found, expected) in zip(table.rows, reference.rows) { try expect(found, expected) }
    try expect(table.total, reference.total)
  }

  /// 20,000 draws know their deviation to 1 in 200; five times that is allowed.
  @Test func whatChanceGivesSpreadsAsManyDrawsDo() throws {
    let reference = try Fixtures.json("scores/table.json", as: Reference.self)
    for mean in table(of: reference).total.means {
      let found = try #require(mean.baselineDeviation)
      let drawn = try #require(reference.simulated[mean.kind])
      #expect(abs(found / drawn - 1) < 0.025, "\(mean.kind): \(found), drawn \(drawn)")
    }
  }

  @Test func aSpreadThatIsNotKnownOfEachIsNotKnownOfAll() {
    let table = ScoreTable(
      [
        .init(
          group: .failed, scores: ["x": .init(value: 1, baseline: 0, baselineDeviation: 1)]),
        .init(group: .failed, scores: ["x": .init(value: 1, baseline: 0)]),
      ], kinds: ["x", "y"])
    #expect(table.total.means.count == 1)
    #expect(table.total.means[0].baselineDeviation == nil && table.total.means[0].baseline == 0)
  }

  @Test func whoSaysOtherAndWhoSaysNothingAreOneRow() {
    let table = ScoreTable(
      ["other", nil, "object"].map { .init(group: .explained(concept: $0), scores: [:]) },
      kinds: [])
    #expect(table.rows.map(\.name) == ["object", "other"] && table.rows.map(\.count) == [1, 2])
  }
}
