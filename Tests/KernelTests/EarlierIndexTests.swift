import FeatureIndex
import Foundation
import JSON
import TestSupport
import Testing

/// An index of the schema in which items had columns for two grids answers what the program that
/// made it answered: as it is, by who may not write to it, and once its items name their layouts.
@Suite struct EarlierIndexTests {
  private let folder: FixtureCopy
  private let path: String
  private let answers: [JSONValue]
  private let digest: String

  init() throws {
    folder = try FixtureCopy(of: "earlier_index")
    path = folder.path + "/features.index"
    let recorded = try JSONValue(parsing: Fixtures.bytes("earlier_index/answers.json"))
    answers = recorded["answers"]?.elements ?? []
    digest = try #require(recorded["contentDigest"]?.stringValue)
  }

  /// A result without what a place, or a later version, adds.
  private static func compared(_ value: JSONValue) -> JSONValue {
    switch value {
    case .array(let elements): .array(elements.map(compared))
    case .object(let object):
      .object(
        JSONObject(
          object.members.filter { !["path", "bytes", "views"].contains($0.name) }
            .map { .init(name: $0.name, value: compared($0.value)) }))
    default: value
    }
  }

  /// Asks everything again.
  /// - Returns: the pictures' views by item's name.
  private func checkAnswers(_ title: String) throws -> [String: [JSONValue]] {
    let client = try KernelClient()
    let index = try #require(try client.ask("index/open", ["path": .string(path)])["index"])
    var views: [String: [JSONValue]] = [:]
    for asked in answers {
      guard let method = asked["method"]?.stringValue, case .object(var params) = asked["params"],
        let wanted = asked["result"]
      else {
        Issue.record("\(asked)")
        continue
      }
      params["index"] = index
      // That version chose another view where none was asked for.
      if method == "feature/examples", params["view"] == nil { params["view"] = wanted["view"] }
      let result = try client.ask(method, .object(params))
      #expect(Self.compared(result) == Self.compared(wanted), "\(title): \(method) \(params)")
      for item in result["items"]?.elements ?? [] {
        guard let image = item["image"], let name = item["name"]?.stringValue else { continue }
        let found = try #require(image["views"]?.elements)
        #expect(views.updateValue(found, forKey: name) ?? found == found)
        let view = found.first { $0["name"] == result["view"] }
        #expect([view?["rows"], view?["columns"]].compactMap(\.self) == image["grid"]?.elements)
      }
    }
    try client.shutDown()
    return views
  }

  @Test func answersAsItIsAndAfterItsMigration() throws {
    #expect(answers.count > 100)
    let bytes = try Data(contentsOf: URL(filePath: path))
    #expect(try FeatureIndexStore.open(at: path).contentDigest().hexadecimal == digest)
    let earlier = try checkAnswers("as it is")
    #expect(try Data(contentsOf: URL(filePath: path)) == bytes, "reading changed the file")
    do {
      let store = try FeatureIndexStore.open(at: path, writing: true)
      #expect(try store.integrityFailures() == [])
      #expect(try store.contentDigest().hexadecimal == digest)
      try store.checkpoint()
    }
    #expect(try Data(contentsOf: URL(filePath: path)) != bytes)
    #expect(try checkAnswers("migrated") == earlier)
    // "wide", 150 × 37, hangs on a canvas of 42 × 126 pixels: nine patches wide, three high.
    #expect(
      earlier["wide"] == [
        ["name": "base", "rows": 3, "columns": 3, "first": 0, "separators": 0],
        ["name": "tiles", "rows": 3, "columns": 9, "first": 9, "separators": 1],
      ])
  }

  /// What is added after the migration stands beside what was there, with its pictures' maps.
  @Test func growsByItemsThatNameTheirLayouts() throws {
    let layout = ItemLayout(views: [.init(name: "base", rows: 3, columns: 3)])
    // A reader that is there already looks on.
    let reader = try FeatureIndexStore.open(at: path)
    let wide = try #require(try reader.item(named: "wide")?.item)
    do {
      let store = try FeatureIndexStore.open(at: path, writing: true)
      var accumulator = IndexAccumulator(resuming: try store.state())
      accumulator.add(
        ItemCode(
          item: IndexItem(
            digest: SHA256.digest(of: [1]), name: "new", width: 9, height: 9, layout: layout),
          views: [
            .base: ItemCode.View(
              latents: [5], values: [2], offsets: [0] + Array(repeating: 1, count: 9))
          ]))
      try store.commit(accumulator.takeCommit())
    }
    #expect(try reader.item(named: "wide")?.item == wide)
    #expect(try reader.item(named: "new")?.item.layout == layout)
    let store = try FeatureIndexStore.open(at: path)
    #expect(try store.facts().positions == [.base: 54, .tiles: 132, .text: 37])
    #expect(try store.item(named: "new")?.item.layout == layout)
    #expect(try store.item(named: "wide")?.item.layout.views.map(\.columns) == [3, 9])
    #expect(try store.item(named: "sentence")?.item.layout.views == [])
    #expect(try store.integrityFailures() == [])
  }
}
