import Models
import Tensors
import TestSupport
import Testing

/// Branches that run side by side against the same runs one after the other.
@Suite struct BranchTests {
  @Test(arguments: ReferenceCase.all, TestEngine.available)
  func branchesHaveTheBitsOfTheirOwnRuns(
    reference: ReferenceCase, engine: TestEngine
  ) throws {
    let decoder = try reference.model(on: engine).decoder
    let x = try reference.tensors().matrix("embeddings")
    let blocks = 1..<decoder.blockCount
    var cache = reference.cache(decoder)
    _ = try decoder.forward(x, blocks: blocks, cache: &cache)
    let last = x.rows - 1
    let shapes = [(last, 1), (0, 1), (last - 5, 3), (7, x.rows - 7), (last, 1)]
    let branches = shapes.enumerated().map { index, shape in
      let start = reference.wholes.start(of: shape.0)
      return Branch(
        start: start, residual: x.slice(rows: start..<x.rows).scaled(by: 1 + 0.1 * Float(index)),
        rows: shape.1)
    }
    let together = try decoder.forward(branches, blocks: blocks, after: cache)
    for (branch, found) in zip(branches, together) {
      var own = cache.prefix(tokens: branch.start, blocks: blocks)
      let alone = try decoder.forward(
        branch.residual, blocks: blocks, cache: &own, rows: branch.rows)
      // A device's sums may depend on how many rows there are.
      #expect(engine == .host ? found == alone : found.relativeError(to: alone) < 1e-5)
    }
    // The common keys are as they were.
    var again = reference.cache(decoder)
    _ = try decoder.forward(x, blocks: blocks, cache: &again)
    #expect(cache.byteCount == again.byteCount)
    #expect(try decoder.forward(branches, blocks: blocks, after: again) == together)
  }

  @Test func noBranchesAndNoBlocksAreAllowed() throws {
    let decoder = try ReferenceCase.named("llama3", "text").model().decoder
    let none = try decoder.forward([], blocks: 0..<1, after: decoder.makeCache())
    #expect(none.isEmpty)
    let x = Matrix(
      rows: 3, columns: decoder.hiddenSize, values: (0..<3 * decoder.hiddenSize).map { Float($0) })
    let same = try decoder.forward(
      [Branch(start: 0, residual: x, rows: 2)], blocks: 1..<1, after: decoder.makeCache())
    #expect(same == [x.slice(rows: 1..<3)])
  }

  @Test(
    arguments: [("llama3", "two-pictures"), ("gemma3", "two-pictures")], TestEngine.available)
  func aJoinedRunHasTheGradientOfOneRun(
    _ run: (checkpoint: String, name: String), engine: TestEngine
  ) throws {
    let reference = try ReferenceCase.named(run.checkpoint, run.name)
    let decoder = try reference.model(on: engine).decoder
    let x = try reference.tensors().matrix("embeddings")
    let blocks = 1..<decoder.blockCount
    let cut = reference.wholes.start(of: x.rows / 2)
    let seed = Matrix(
      rows: 1, columns: x.columns, values: (0..<x.columns).map { Float($0 % 7) - 3 })
    let whole = try decoder.forwardSaving(x, blocks: blocks, prefix: reference.cache(decoder))
    var (cache, tap) = (reference.cache(decoder), SiteTap())
    let range = Range<StreamPoint>(blocks: blocks)
    let first = try decoder.forwardSaving(
      x.slice(rows: 0..<reference.wholes.end(of: cut + 4)), over: range, cache: &cache, tap: &tap)
    var prefix = cache.prefix(tokens: cut, blocks: blocks)
    let second = try decoder.forwardSaving(
      x.slice(rows: cut..<x.rows), over: range, cache: &prefix, tap: &tap)
    let joined = try second.continuing(first, rows: cut)
    let gradients = (
      try decoder.pullback(joined, outputGradient: seed),
      try decoder.pullback(whole, outputGradient: seed)
    )
    if engine == .host {
      #expect(joined.output == whole.output)
      #expect(gradients.0 == gradients.1)
    } else {
      #expect(joined.output.relativeError(to: whole.output) < 1e-5)
      #expect(gradients.0.relativeError(to: gradients.1) < 1e-5)
    }
    #expect(joined.suffix(from: range.lowerBound).tokenCount == x.rows)
  }

  /// Kept gates are rounded to bfloat16; the pullback that computes them again rounds them alike.
  @Test func whatIsKeptDoesNotShowInTheGradient() throws {
    let reference = try ReferenceCase.named("llama3", "two-pictures")
    let model = try reference.model(.bfloat16)
    let x = try reference.tensors().matrix("embeddings")
    let seed = Matrix(
      rows: 1, columns: x.columns, values: (0..<x.columns).map { Float($0 % 5) - 2 })
    let blocks = 1..<model.decoder.blockCount
    let states = try model.decoder.forwardSaving(x, blocks: blocks, keeping: .states)
    let gates = try model.decoder.forwardSaving(x, blocks: blocks, keeping: .statesAndGates)
    let some = try model.decoder.forwardSaving(
      x, blocks: blocks, keeping: SavedDetail(gatedBlocks: blocks.count - 1))
    #expect(gates.byteCount > some.byteCount && some.byteCount > states.byteCount)
    for other in [gates, some] {
      #expect(
        try model.decoder.pullback(states, outputGradient: seed)
          == model.decoder.pullback(other, outputGradient: seed))
    }
  }
}
