import Autoencoders
import Checkpoints
import Corpora
import FeatureIndex
import Foundation
import Indexing
import Interpretation
import Models
import TestSupport
import Testing
import Tokenization

/// Exports of the index of Tests/Fixtures/feature_index, read by Foundation and held to
/// the brute-force reference.
@Suite struct IndexExportTests {
  private let bench: Bench
  private let reference: IndexReference
  private let scratch: Scratch
  private let store: FeatureIndexStore

  init() throws {
    bench = try Bench("llama3")
    reference = try IndexReference.load()
    scratch = try Scratch()
    let path = scratch.path + "/index"
    let lines = try reference.items.map { item in
      var members = ["id": item.name, "source": "fixture"]
      if let image = item.image { members["image"] = Fixtures.path(image) }
      members["text"] = item.text
      members["answer"] = item.answer
      return String(decoding: try JSONSerialization.data(withJSONObject: members), as: UTF8.self)
    }
    try scratch.write(lines.joined(separator: "\n"), "prompts.jsonl")
    let index = try FeatureIndexStore.create(
      at: path, identity: try IndexIdentity(model: bench.model, autoencoder: bench.autoencoder),
      options: IndexOptions(exemplars: reference.exemplars, spanTokens: reference.spanTokens))
    let builder = IndexBuilder(
      resuming: try index.state(), corpus: .prompts(scratch.path + "/prompts.jsonl"),
      coder: ItemCoder(
        model: bench.model, autoencoder: bench.autoencoder, views: Set(IndexView.numbered),
        usesTemplate: false),
      options: .init(), write: { try index.commit($0) })
    while try builder.step(waiting: 5) != .done {}
    var told = ExplanationRecord(
      latent: 2, state: .explained, text: "a \"quoted\"\nline",
      author: ExplanationAuthor(kind: .model, name: "explainer"), method: "chat", created: 86_400)
    told.scores = [ScoreRecord(kind: "iou", value: 0.25, baseline: 0.01, count: 5, created: 1)]
    let failed = ExplanationRecord(
      latent: 3, state: .failed, text: "no answer", author: told.author, method: "chat", created: 1)
    try index.put([told, failed])
    try index.put(derived: [
      DerivedFacts(
        latent: 2, promoted: [IndexedToken(token: 1, text: " up", effect: 2)],
        suppressed: [IndexedToken(token: 2, text: " down", effect: -3)],
        neighbours: [(latent: 7, cosine: 0.5)])
    ])
    store = index
  }

  private func lines(_ path: String) throws -> [[String: Any]] {
    try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map { line in
      try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }
  }

  @Test func neuronpediaHoldsFeaturesExemplarsAndBoxes() throws {
    let path = scratch.path + "/out"
    var options = NeuronpediaExport.Options()
    options.modelID = "tiny"
    let counts = try NeuronpediaExport(store, options: options).write(to: path)
    let features = try lines(path + "/features/batch-0.jsonl")
    #expect(features.count == reference.latents && counts.features == reference.latents)
    for (latent, feature) in features.enumerated() {
      let views = reference.statistics.values.map { $0[latent] }
      #expect(feature["index"] as? String == "\(latent)" && feature["modelId"] as? String == "tiny")
      #expect(feature["layer"] as? String == "1-lucarne")
      let most = try #require(feature["maxActApprox"] as? Double)
      #expect(abs(most - Double(views.map(\.max).max() ?? 0)) <= 1e-4 * max(1, most))
      let total = reference.items.reduce(0) {
        $0 + $1.baseGrid[0] * $1.baseGrid[1] + $1.tileGrid[0] * $1.tileGrid[1] + $1.tokens.count
      }
      let share = Double(views.reduce(0) { $0 + $1.positions }) / Double(total)
      #expect(abs(try #require(feature["frac_nonzero"] as? Double) - share) < 1e-12)
      let heights = try #require(feature["freq_hist_data_bar_heights"] as? [Int])
      #expect(heights.reduce(0, +) == views.reduce(0) { $0 + $1.positions })
    }
    #expect(features[2]["pos_str"] as? [String] == [" up"])
    #expect(features[2]["neg_values"] as? [Double] == [-3])
    #expect(features[2]["topkCosSimIndices"] as? [Int] == [7])
    try compare(lines(path + "/activations/batch-0.jsonl"), count: counts.activations)
    let explanations = try lines(path + "/explanations/batch-0.jsonl")
    #expect(explanations.count == 1, "what failed explains nothing")
    #expect(explanations[0]["description"] as? String == "a \"quoted\"\nline")
    #expect(explanations[0]["createdAt"] as? String == "1970-01-02T00:00:00Z")
    #expect(explanations[0]["explanationModelName"] as? String == "explainer")
    let scores = try #require(explanations[0]["scores"] as? [[String: Any]])
    #expect(scores[0]["value"] as? Double == 0.25)
  }

  private func compare(_ activations: [[String: Any]], count: Int) throws {
    var next = activations.makeIterator()
    var seen = 0
    for latent in 0..<reference.latents {
      for view in IndexView.numbered {
        for place in try #require(reference.rankings[view.name]?["max"])[latent] {
          let line = next.next()
          let found = try #require(line)
          seen += 1
          #expect(found["index"] as? String == "\(latent)" && found["view"] as? String == view.name)
          guard found["dataIndex"] as? String == place.item, found["span"] as? Int == place.span
          else { continue }
          let item = try #require(reference.items.first { $0.name == place.item })
          let (tokens, values) = (
            try #require(found["tokens"] as? [String]), try #require(found["values"] as? [Double])
          )
          #expect(tokens.count == values.count && found["digest"] as? String == item.digest)
          #expect(values[try #require(found["maxValueTokenIndex"] as? Int)] == values.max())
          let active = view == .text ? values.filter { $0 > 0 } : values
          #expect(active.count == place.values.count)
          for (value, wanted) in zip(active, place.values) {
            #expect(abs(value - Double(wanted)) <= 1e-4 * max(1, value))
          }
          if view == .text {
            #expect(found["imageRef"] is NSNull && found["rect"] is NSNull)
            #expect(tokens.count == min(5, item.tokens.count - 5 * place.span))
            continue
          }
          let boxes = try #require(item.boxes[view.name])
          let rects = try #require(found["rect"] as? [Any])
          #expect(rects.count == place.positions.count)
          for (rect, position) in zip(rects, place.positions) {
            guard let wanted = boxes[Int(position)] else {
              #expect(rect is NSNull)
              continue
            }
            let sides = try #require(rect as? [Double])
            #expect(zip(sides, wanted).allSatisfy { abs($0 - $1) < 1e-6 })
          }
          let picture = try #require(found["imageRef"] as? [String: Any])
          #expect(picture["path"] as? String == item.image.map { Fixtures.path($0) })
          #expect(picture["digest"] as? String == (item.text == nil ? item.digest : nil))
        }
      }
    }
    #expect(activations.count == count && seen == count && seen > 100)
  }

  @Test func delphisSplitsHoldTheBestPlacesOnce() throws {
    let path = scratch.path + "/out"
    var options = DelphiExport.Options()
    options.splits = 3
    let counts = try DelphiExport(store, options: options, tokenizer: bench.model.tokenizer)
      .write(to: path)
    #expect(counts.hasTokens)
    let cache = try FeatureCache(path: path + "/layers.1")
    let entries = try cache.splits.flatMap { try $0.entries(0..<$0.count) }
    #expect(entries.count == counts.activations)
    let rows = try lines(path + "/layers.1/rows.jsonl")
    #expect(rows.count == counts.rows)
    let found = Dictionary(grouping: entries) { $0.latent }
    for latent in 0..<reference.latents {
      var wanted: [[Int]: Float16] = [:]
      for lists in try #require(reference.rankings["text"]).values {
        for place in lists[latent] {
          let row = try #require(
            rows.firstIndex {
              $0["name"] as? String == place.item && $0["span"] as? Int == place.span
            })
          for (position, value) in zip(place.positions, place.values) {
            wanted[[row, Int(position)]] = Float16(value)
          }
        }
      }
      let own = found[latent] ?? []
      #expect(Set(own.map { [$0.row, $0.position] }) == Set(wanted.keys))
      #expect(own.count == wanted.count)
      for entry in own {
        let value = Float(try #require(wanted[[entry.row, entry.position]]))
        #expect(abs(entry.value - value) <= 2e-3 * max(1, value))
      }
    }
    let tokens = try #require(try cache.splits[1].tokens())
    #expect(tokens.columns == 5 && tokens.ids.count == 5 * rows.count)
    for (row, line) in rows.enumerated() {
      let item = try #require(reference.items.first { $0.name == line["name"] as? String })
      let first = 5 * (try #require(line["span"] as? Int))
      let own = item.tokens[first..<min(first + 5, item.tokens.count)]
      let ids = tokens.ids[5 * row..<5 * row + own.count].map(Int.init)
      #expect(bench.model.tokenizer.decode(ids, skipSpecialTokens: false) == own.joined())
    }
    let configuration = try lines(path + "/layers.1/config.json")[0]
    #expect((configuration["lucarne"] as? [String: Any])?["partial"] as? Bool == true)
  }

  @Test func aStoppedExportLeavesNothing() throws {
    let path = scratch.path + "/out"
    #expect(throws: FeatureIndexError.interrupted(path: path)) {
      try NeuronpediaExport(store).write(to: path) { $0 < 0.5 }
    }
    #expect(throws: FeatureIndexError.interrupted(path: path)) {
      try DelphiExport(store, options: .init()).write(to: path) { $0 < 0.5 }
    }
    let left = try FileManager.default.contentsOfDirectory(atPath: scratch.path)
    #expect(!left.contains { $0.hasPrefix("out") })
    try scratch.write("mine", "out/kept")
    #expect(throws: FeatureIndexError.exists(path: path)) {
      try NeuronpediaExport(store).write(to: path)
    }
  }
}
