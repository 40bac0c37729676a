import FeatureIndex
import Foundation
import JSON
import Kernel
import Reports
import TestSupport
import Testing

/// What is shown of a feature first, and beside its label, held to what the index file has.
@Suite(.serialized) struct StrongestViewTests {
  private let folder: String
  private let world: TinyWorld
  private let client: KernelClient
  private let sae: JSONValue
  private var path: String { folder + "/asked.index" }

  /// An index of the fixtures' pictures, each asked a question.
  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "strongest-\(UUID())").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    world = try TinyWorld()
    client = try KernelClient(
      KernelOptions(memoryLimit: 1 << 30, threads: 1, world: nil, jobFolder: folder + "/jobs"))
    try client.ask("model/load", ["path": world.model])
    sae = try client.ask("sae/load", ["path": world.autoencoder])["sae"] ?? .null
    let job = try client.ask(
      "index/build",
      [
        "path": .string(folder + "/asked.index"), "sae": sae, "annotate": true,
        "corpus": ["folder": .string(Fixtures.path("models/pictures"))],
        "questions": ["What is it?"], "answerTokens": 3,
      ])["job"]
    let done = try client.ask("job/wait", ["job": job ?? .null, "timeoutMs": 60_000], seconds: 90)
    #expect(done["state"] == "completed", "\(done)")
  }

  private func feature(_ latent: Int) -> JSONValue {
    ["sae": sae, "index": .integer(Int64(latent))]
  }

  private func end() throws {
    try client.shutDown()
    try? FileManager.default.removeItem(atPath: folder)
  }

  /// The views by the largest activation that the file has of each.
  private func strongest(_ store: FeatureIndexStore) throws -> [Int: String] {
    var found: [Int: String] = [:]
    for latent in 0..<store.identity.latentCount {
      let statistics = try store.statistics(ofLatent: latent)
      let largest = statistics.values.map(\.max).max() ?? 0
      let views = ["base", "tiles", "text"].filter {
        statistics[IndexView($0)]?.max == largest && largest > 0
      }
      if let first = views.first { found[latent] = first }
    }
    return found
  }

  @Test func whatNamesNoViewIsAboutTheStrongest() throws {
    let store = try FeatureIndexStore.open(at: path)
    let views = try strongest(store)
    #expect(Set(views.values) == ["base", "tiles", "text"])
    try client.ask("index/open", ["path": .string(path), "sae": sae])
    for (latent, view) in views {
      let examples = try client.ask("feature/examples", ["feature": feature(latent)])
      #expect(examples["view"] == .string(view), "\(latent)")
      #expect(
        try client.ask(
          "feature/examples", ["feature": feature(latent), "view": .string(view)]) == examples)
    }
    for view in ["base", "tiles", "text"] {
      let latent = try #require(views.first { $0.value == view }?.key)
      let drawn = try client.ask("feature/render", ["feature": feature(latent), "topK": 1])
      #expect(drawn["view"] == .string(view))
      let told = try client.ask("feature/dashboard", ["feature": feature(latent), "topK": 4])
      let html = try #require(told["html"]?.stringValue)
      #expect(html.contains("id=\"view-\(view)\" checked>"))
      let largest = try #require(try store.statistics(ofLatent: latent)[IndexView(view)]?.max)
      #expect(html.contains("<small>max \(NumberText.significant(Double(largest)))</small>"))
    }
    try end()
  }

  /// A text's place on a page has every token of its span with its activation, and its picture.
  @Test func placesOfTextsHaveTheirTokensAndTheirPicture() throws {
    let store = try FeatureIndexStore.open(at: path)
    try client.ask("index/open", ["path": .string(path), "sae": sae])
    let latent = try #require(try strongest(store).first { $0.value == "text" }?.key)
    let place = try #require(
      try store.exemplars(ofLatent: latent, view: .text, ranking: .max, limit: 1).first)
    let told = try client.ask("feature/dashboard", ["feature": feature(latent), "topK": 1])
    let html = try #require(told["html"]?.stringValue)
    let start = try #require(html.range(of: "data-view=\"text\" data-rank=\"max\""))
    let end = try #require(html.range(of: "</section>", range: start.upperBound..<html.endIndex))
    let section = html[start.upperBound..<end.lowerBound]
    #expect(section.contains("<use href=\"#picture-"))
    let spans = section.ranges(of: "<span class=\"piece\"").count
    let marks = section.ranges(of: "<span class=\"mark\"").count
    // Tokens that add nothing to the text stand with the one that does.
    #expect(spans + marks == place.item.tokens.dropLast().count { !$0.isEmpty } + 1)
    #expect(marks == place.item.tokens.count { $0.hasPrefix("<|") })
    for value in place.map.values {
      #expect(section.contains(NumberText.significant(Double(value))))
    }
    #expect(html.contains("Asked about each picture") && html.contains("What is it?"))
    try self.end()
  }

  /// The overview lists every active feature by its strongest view.
  @Test func theOverviewIsOfTheStrongestViews() throws {
    let store = try FeatureIndexStore.open(at: path)
    let views = try strongest(store)
    let reports = try LocalReports(indexPath: path, autoencoder: "sae")
    let listed = try reports.listing(by: .max, limit: 100_000)
    #expect(listed.map(\.latent).sorted() == views.keys.sorted())
    let entries = try reports.entries(listed, linked: [])
    #expect(zip(entries, entries.dropFirst()).allSatisfy { $0.maximum >= $1.maximum })
    let facts = try store.facts()
    for entry in entries {
      let view = try #require(views[entry.latent])
      let statistics = try #require(try store.statistics(ofLatent: entry.latent)[IndexView(view)])
      #expect(entry.view == view && entry.maximum == Double(statistics.max))
      let positions = try #require(facts.positions[IndexView(view)])
      #expect(entry.frequency == Double(statistics.positions) / Double(positions))
      switch entry.face {
      case .text(let tokens):
        #expect(view == "text")
        #expect(tokens.map(\.activation).max() == Double(statistics.max))
      case .picture: #expect(view != "text")
      case nil: Issue.record("\(entry.latent) has no face")
      }
      #expect(entry.raised.count == 10)
    }
    let shares = [IndexView.base, .tiles, .text].map { facts.itemsByView[$0] }
    #expect(facts.items == 8 && shares == [4, 4, 4])
    try end()
  }

  /// Beside a label stand its newest scores, whatever earlier versions called them.
  @Test func labelsComeWithTheirNewestScores() throws {
    let store = try FeatureIndexStore.open(at: path, writing: true)
    func explain(_ latent: Int, _ text: String, _ scores: [(String, Double, Double?)]) throws {
      var record = ExplanationRecord(
        latent: latent, state: .explained, text: text,
        author: ExplanationAuthor(kind: .program, name: "test"), method: "manual", created: 0)
      record.scores = scores.map {
        ScoreRecord(kind: $0.0, value: $0.1, baseline: $0.2, count: 3, created: 0)
      }
      try store.put([record])
    }
    try explain(1, "earlier words", [("iou", 0.9, nil)])
    try explain(
      1, "striped words",
      [
        ("dissection", 0.5, 0.1), ("iou", 0.25, 0.02), ("detection", 0.75, 0.5), ("clip", 0.1, nil),
        ("iou", 0.5, 0.25),
      ])
    try explain(2, "dotted words", [("dissection", 0.375, 0.125), ("auc", 1, nil)])
    try explain(3, "plain words", [])
    try store.checkpoint()
    try client.ask("index/open", ["path": .string(path), "sae": sae])
    let found = try client.ask("index/search", ["query": ["latents": [1, 2, 3, 4]]])
    let items = found["items"]?.elements ?? []
    #expect(
      items.map { $0["labelScores"] } == [
        [
          ["kind": "iou", "value": 0.5, "baseline": 0.25],
          ["kind": "auc", "value": 0.75, "baseline": 0.5],
        ],
        [
          ["kind": "dissection", "value": 0.375, "baseline": 0.125], ["kind": "auc", "value": 1.0],
        ], nil, nil,
      ])
    let info = try client.ask("feature/info", ["feature": feature(1)])
    #expect(info["explanation"]?["labelScores"] == items[0]["labelScores"])
    let told = try client.ask("feature/dashboard", ["feature": feature(1), "topK": 1])
    let html = try #require(told["html"]?.stringValue)
    #expect(
      html.contains(
        "<span>IoU 0.50, by chance 0.25</span><span>AUC 0.75, by chance 0.50</span></span></p>"))
    #expect(html.contains("<b>IoU, dissection 0.50</b>, by chance 0.10, 3 examples"))
    // A neighbour's label has its own.
    let near = try #require(
      try (0..<store.identity.latentCount).first {
        try store.derived(latent: $0)?.neighbours.prefix(10).contains { $0.latent == 2 } == true
      })
    let page = try client.ask("feature/dashboard", ["feature": feature(near), "topK": 1])
    #expect(
      page["html"]?.stringValue?.contains(
        "<bdi>dotted words</bdi><span class=\"quality\"><span>IoU 0.38, by chance 0.13</span>")
        == true)
    withExtendedLifetime(store) {}
    try end()
  }
}
