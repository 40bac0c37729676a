import Models
import Tensors
import TestSupport
import Testing

/// The pullback against central differences of the forward pass and against itself cut differently.
@Suite struct PullbackTests {
  @Test(arguments: ReferenceCase.all, TestEngine.available)
  func pullbackIsTheSlopeOfTheForwardPass(reference: ReferenceCase, engine: TestEngine) throws {
    let (decoder, tensors) = (try reference.model(on: engine).decoder, try reference.tensors())
    let x = try tensors.matrix("residual.0")
    let blocks = 1..<decoder.blockCount
    let saved = try decoder.forwardSaving(x, blocks: blocks, prefix: reference.cache(decoder))
    let last = saved.output.row(0)
    let gradient = try decoder.pullback(
      saved, outputGradient: start(decoder, last, reference))
    // Along the gradient itself the slope is its length.
    let length = gradient.values.reduce(0) { $0 + Double($1 * $1) }.squareRoot()
    let direction = gradient.scaled(by: Float(1 / length))
    func difference(_ h: Float) throws -> Double {
      var ends: [Double] = []
      for step in [h, -h] {
        var cache = reference.cache(decoder)
        let moved = x + direction.scaled(by: step)
        let row = try decoder.forward(moved, blocks: blocks, cache: &cache, rows: 1)
        let logits = try decoder.logits(row, tokens: [reference.answer, reference.baseline])
        ends.append(Double(logits[0, 0]) - Double(logits[0, 1]))
      }
      return (ends[0] - ends[1]) / Double(2 * h)
    }
    let h: Float = 0.02
    let (coarse, fine) = (try difference(h), try difference(h / 2))
    // The error of a central difference falls with h²; that of float32 logits, about 1e-6 of the
    // largest, grows with 1/h.
    let noise = 1e-6 * Double(try tensors.matrix("logits").maxMagnitude) / Double(h / 2)
    let tolerance = abs(coarse - fine) + 2 * noise
    #expect(abs((4 * fine - coarse) / 3 - length) < tolerance)
    #expect(tolerance < 0.05 * length, "the check would be too weak to mean anything")
  }

  @Test(arguments: ReferenceCase.all, TestEngine.available)
  func aCachedPrefixLeavesTheGradientOfTheRestAlone(reference: ReferenceCase, engine: TestEngine)
    throws
  {
    let (decoder, tensors) = (try reference.model(on: engine).decoder, try reference.tensors())
    let x = try tensors.matrix("residual.0")
    let blocks = 1..<decoder.blockCount
    let cut = reference.wholes.start(of: x.rows / 3)
    var prefix = reference.cache(decoder)
    _ = try decoder.forward(x.slice(rows: 0..<cut), blocks: blocks, cache: &prefix)
    let rest = x.slice(rows: cut..<x.rows)
    let saved = try decoder.forwardSaving(rest, blocks: blocks, prefix: prefix)
    let gradient = try decoder.pullback(
      saved, outputGradient: start(decoder, saved.output.row(0), reference))
    let expected = try tensors.matrix("gradient.0").slice(rows: cut..<x.rows)
    #expect(gradient.relativeError(to: expected) < DecoderParityTests.bound)
    #expect(prefix.count(1) == cut)
  }

  /// One way back tells what as many ways back to one point each tell, to the bit.
  @Test(arguments: ReferenceCase.all, TestEngine.available)
  func oneWayBackHasTheGradientsOfAllPoints(reference: ReferenceCase, engine: TestEngine) throws {
    let (decoder, tensors) = (try reference.model(on: engine).decoder, try reference.tensors())
    let saved = try decoder.forwardSaving(
      try tensors.matrix("residual.0"), blocks: 1..<decoder.blockCount,
      prefix: reference.cache(decoder))
    let seed = try start(decoder, saved.output.row(0), reference)
    var points: Set<StreamPoint> = [decoder.end]
    for block in saved.range.blocks { points.formUnion([.input(of: block), .middle(of: block)]) }
    for rule in PullbackRule.allCases {
      let found = try decoder.pullback(saved, outputGradient: seed, rule: rule, at: points)
      #expect(Set(found.keys) == points)
      for point in points where point < decoder.end {
        let alone = try decoder.pullback(
          saved.suffix(from: point), outputGradient: seed, rule: rule, at: [point])
        #expect(alone[point]?.gradient == found[point]?.gradient, "\(Site(point)), \(rule)")
        #expect(alone[point]?.biasShare == found[point]?.biasShare, "\(Site(point)), \(rule)")
      }
      let last = try #require(found[decoder.end]?.gradient)
      #expect(last.rows == saved.tokenCount && last.row(last.rows - 1) == seed.row(0))
    }
  }

  @Test(arguments: ReferenceCase.all, TestEngine.available)
  func moreRowsOfOutputAddUp(reference: ReferenceCase, engine: TestEngine) throws {
    let (decoder, tensors) = (try reference.model(on: engine).decoder, try reference.tensors())
    let x = try tensors.matrix("residual.0")
    let blocks = 1..<decoder.blockCount
    let three = try decoder.forwardSaving(
      x, blocks: blocks, prefix: reference.cache(decoder), rows: 3)
    var sum = Matrix(rows: x.rows, columns: x.columns)
    var seeds = Matrix(rows: 3, columns: x.columns)
    for row in 0..<3 {
      let seed = try start(decoder, three.output.row(row), reference)
      seeds.setRow(row, seed.row(0))
      // Causality: the rows after this one do not matter to it.
      let end = x.rows - 2 + row
      let saved = try decoder.forwardSaving(
        x.slice(rows: 0..<end), blocks: blocks, prefix: reference.cache(decoder))
      let gradient = try decoder.pullback(saved, outputGradient: seed)
      sum.replace(rows: 0..<end, with: sum.slice(rows: 0..<end) + gradient)
    }
    let together = try decoder.pullback(three, outputGradient: seeds)
    #expect(together.relativeError(to: sum) < DecoderPropertyTests.rounding)
  }

  @Test func aLogProbabilityFallsAsItsGradientSays() throws {
    let reference = try ReferenceCase.named("qwen2", "wide")
    let (decoder, tensors) = (try reference.model().decoder, try reference.tensors())
    let row = try tensors.matrix("residual.\(decoder.blockCount - 1)")
    let x = row.row(row.rows - 1)
    let (value, gradient) = try decoder.logProbability(x, token: reference.baseline)
    #expect(value < 0)
    let length = gradient.reduce(0) { $0 + $1 * $1 }.squareRoot()
    let h: Float = 0.01
    let ends = try [h, -h].map { step in
      try decoder.logProbability(
        zip(x, gradient).map { $0 + step * $1 / length }, token: reference.baseline
      ).value
    }
    #expect(abs((ends[0] - ends[1]) / (2 * h) - length) < 1e-2 * length)
  }

  private func start(
    _ decoder: Decoder, _ row: [Float], _ reference: ReferenceCase
  ) throws -> Matrix {
    let gradient = try decoder.logitGradient(
      row, direction: [(token: reference.answer, weight: 1), (reference.baseline, -1)])
    return Matrix(rows: 1, columns: gradient.count, values: gradient)
  }
}
