import Tensors

extension EngineBlocks {
  func forwardSaving(
    _ x: Matrix, over range: Range<StreamPoint>, from start: Int, cache: inout KeyValueCache,
    rows n: Int, keeping detail: SavedDetail, tap: inout SiteTap, onBlock: (Int) -> Void,
    cancellation: Cancellation
  ) throws -> SavedForward {
    var saved: [any SavedBlock] = []
    var residual = try engine.rows(x)
    for block in range.blocks {
      let wanted = block == range.blocks.upperBound - 1 ? n : x.rows
      var half: DecoderBlock<Engine>.AttentionHalf?
      if range.contains(.input(of: block)) {
        let step = try blocks[block].attentionHalf(
          residual, rows: wanted, cache: &cache, tap: &tap, cancellation: cancellation)
        (residual, half) = (step.middle, step.saved)
      }
      var step = try blocks[block].feedForwardHalf(
        residual.last(wanted),
        keepingGates: range.blocks.upperBound - block <= detail.gatedBlocks, tap: &tap,
        cancellation: cancellation)
      step.saved.attention = half
      residual = try cache.traits.additions.added(
        to: step.output, behind: block, from: start + x.rows - wanted, engine: engine)
      try tap.meet(.residualPost(block), engine.matrix(residual))
      saved.append(step.saved)
      onBlock(block)
    }
    return SavedForward(
      range: range, start: start, tokenCount: x.rows, output: try engine.matrix(residual),
      saved: saved, additions: cache.traits.additions)
  }

  func pullback(
    _ saved: SavedForward, outputGradient: Matrix, rule: PullbackRule, at points: Set<StreamPoint>,
    cancellation: Cancellation, meet: (StreamPoint, StreamGradient) throws -> Void
  ) throws {
    var (gradient, biasShare) = (try engine.rows(outputGradient), 0.0)
    var left = points
    func met(_ point: StreamPoint) throws {
      guard left.remove(point) != nil else { return }
      try meet(
        point, StreamGradient(gradient: engine.matrix(gradient), biasShare: biasShare))
    }
    try met(saved.range.upperBound)
    for (block, kept) in zip(saved.range.blocks, saved.saved).reversed() {
      if left.isEmpty { break }
      guard let kept = kept as? DecoderBlock<Engine>.Saved else {
        preconditionFailure("a saved run of another engine")
      }
      biasShare += try saved.additions.share(
        of: gradient, behind: block, from: saved.start + saved.tokenCount - gradient.rows,
        engine: engine)
      gradient = try blocks[block].feedForwardPullback(
        kept, outputGradient: gradient, rule: rule, biasShare: &biasShare,
        cancellation: cancellation)
      try met(.middle(of: block))
      guard !left.isEmpty, let half = kept.attention else { continue }
      gradient = try blocks[block].attentionPullback(
        half, middleGradient: gradient, rule: rule, biasShare: &biasShare,
        cancellation: cancellation)
      try met(.input(of: block))
    }
  }
}
