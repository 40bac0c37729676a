import Corpora
import FeatureIndex
import Foundation
import Images
import Indexing
import Interpretation
import Models
import Tensors
import TestSupport
import Testing

@Suite struct ItemCoderTests {
  private func prepared(_ items: [IndexReference.Item]) throws -> [PreparedEntry] {
    let scratch = try Scratch()
    let lines = try items.map { item in
      var members = ["id": item.name]
      if let image = item.image { members["image"] = Fixtures.path(image) }
      members["text"] = item.text
      members["answer"] = item.answer
      return String(
        decoding: try JSONSerialization.data(withJSONObject: members), as: UTF8.self)
    }
    try scratch.write(lines.joined(separator: "\n"), "prompts.jsonl")
    return try CorpusReader.start(.prompts(scratch.path + "/prompts.jsonl"), options: .init()).all()
  }

  /// Grids, tokens, digests, codes and boxes of every view are those of transformers and PyTorch.
  @Test func everyViewHasTheReferencesCodeAndBoxes() throws {
    let (bench, reference) = (try Bench("llama3"), try IndexReference.load())
    let codes = try TensorFixture("feature_index/codes.safetensors")
    let coder = ItemCoder(
      model: bench.model, autoencoder: bench.autoencoder, views: Set(IndexView.numbered),
      usesTemplate: false)
    let geometry = try #require(ViewGeometry(bench.model))
    for (entry, expected) in zip(try prepared(reference.items), reference.items) {
      guard case .usable(let picture) = entry.content else {
        Issue.record("\(expected.name) is \(entry.content)")
        continue
      }
      let code = try coder.encode(coder.harvest(entry, picture: picture))
      let item = code.item
      #expect(item.name == expected.name && hexadecimal(item.digest) == expected.digest)
      let (base, tiles) = (item.layout.grid(of: .base), item.layout.grid(of: .tiles))
      #expect([base.rows, base.columns] == expected.baseGrid)
      #expect([tiles.rows, tiles.columns] == expected.tileGrid)
      #expect(item.width == expected.width && item.height == expected.height)
      #expect(item.tokens == expected.tokens)
      for view in IndexView.numbered {
        let name = "\(expected.name).\(view.name)"
        guard codes.names.contains(name) else {
          #expect(code.views[view] == nil)
          continue
        }
        let found = try #require(code.views[view])
        #expect(found.positions == item.positionCount(in: view))
        expectClose(try places(in: codes.matrix(name)), places(in: found), name)
        #expect(isRising(found), "\(name): latents of a position must rise")
      }
      for view in [IndexView.base, .tiles] where item.positionCount(in: view) > 0 {
        let boxes = item.boxes(in: view, nil)
        let wanted = try #require(expected.boxes[view.name])
        #expect(boxes.count == wanted.count)
        for (position, (box, want)) in zip(boxes, wanted).enumerated() {
          #expect(isSame(box, want), "\(expected.name) \(view.name) \(position)")
        }
        // Items that were taken in before they kept their maps have the grids alone.
        var earlier = item
        earlier.layout = ItemLayout(
          views: item.layout.views.map { .init(name: $0.name, rows: $0.rows, columns: $0.columns) })
        #expect(earlier.boxes(in: view, geometry) == boxes)
        #expect(earlier.boxes(in: view, nil) == [])
      }
    }
  }

  /// Without tiles nothing behind the base view is run, and the base view's code is the same.
  @Test func theBaseViewAloneIsTheSame() throws {
    let (bench, reference) = (try Bench("llama3"), try IndexReference.load())
    let item = try #require(reference.items.first { $0.image != nil && $0.text == nil })
    let entry = try #require(try prepared([item]).first)
    guard case .usable(let picture) = entry.content else { return }
    func code(_ views: Set<IndexView>) throws -> ItemCode {
      let coder = ItemCoder(
        model: bench.model, autoencoder: bench.autoencoder, views: views, usesTemplate: false)
      return try coder.encode(coder.harvest(entry, picture: picture))
    }
    let (alone, beside) = (try code([.base]), try code([.base, .tiles]))
    #expect(alone.item.positionCount(in: .tiles) == 0 && beside.item.positionCount(in: .tiles) > 0)
    #expect(alone.views[.tiles] == nil)
    let (a, b) = (try #require(alone.views[.base]), try #require(beside.views[.base]))
    #expect(a.latents == b.latents && a.values == b.values && a.offsets == b.offsets)
  }

  /// What the kernel's own question about a context says of the same tokens.
  @Test func agreesWithAContextsActivations() throws {
    let bench = try Bench("llama3")
    let reference = try IndexReference.load()
    let item = try #require(reference.items.first { $0.name == "asked" })
    let entry = try #require(try prepared([item]).first)
    guard case .usable(let picture) = entry.content else { return }
    let coder = ItemCoder(
      model: bench.model, autoencoder: bench.autoencoder, views: Set(IndexView.numbered),
      usesTemplate: false)
    let code = try coder.encode(coder.harvest(entry, picture: picture))
    let prompt = try bench.model.prompt(entry.entry.parts(picture: picture), template: .plain)
    let base = try #require(prompt.images.first?.span(ofView: "base"))
    let found = try bench.context(prompt).activations(
      of: bench.autoencoder, at: [base], topK: 1000, rankedBy: .sum, cancellation: .never)
    var expected: [Place: Float] = [:]
    for item in found.items {
      for place in item.positions {
        expected[Place(position: place.position - base.lowerBound, latent: item.latent)] =
          place.value
      }
    }
    #expect(places(in: try #require(code.views[.base])) == expected)
  }

  private func places(in view: ItemCode.View) -> [Place: Float] {
    var found: [Place: Float] = [:]
    for position in 0..<view.positions {
      for index in view.offsets[position]..<view.offsets[position + 1] {
        found[Place(position: position, latent: Int(view.latents[index]))] = view.values[index]
      }
    }
    return found
  }

  private func places(in dense: Matrix) -> [Place: Float] {
    var found: [Place: Float] = [:]
    for row in 0..<dense.rows {
      for column in 0..<dense.columns where dense[row, column] > 0 {
        found[Place(position: row, latent: column)] = dense[row, column]
      }
    }
    return found
  }

  private func isRising(_ view: ItemCode.View) -> Bool {
    (0..<view.positions).allSatisfy { position in
      let row = view.latents[view.offsets[position]..<view.offsets[position + 1]]
      return zip(row, row.dropFirst()).allSatisfy(<)
    }
  }

  private func isSame(_ box: PixelBox?, _ want: [Double]?) -> Bool {
    guard let box, let want else { return box == nil && want == nil }
    return zip([box.left, box.top, box.right, box.bottom], want).allSatisfy { abs($0 - $1) < 1e-9 }
  }
}
