import Checkpoints
import Tensors

extension EngineBlocks {
  func streamChange(of change: Matrix, from y: Matrix, at site: Site) throws -> Matrix {
    let change = try engine.rows(change)
    let gained = site.place == .attentionHeads ? try output(site).withoutBias(change) : change
    guard let norm = updateNorm(behind: site) else { return try engine.matrix(gained) }
    let plain = try moduleOutput(of: y, at: site)
    return try engine.matrix(
      engine.difference(norm(engine.sum(plain, gained)), norm(plain)))
  }

  func gradient(
    at site: Site, of y: Matrix, streamGradient: Matrix, rule: PullbackRule
  ) throws -> Matrix {
    var gradient = try engine.rows(streamGradient)
    if let norm = updateNorm(behind: site) {
      gradient = try norm.pullback(
        moduleOutput(of: y, at: site), outputGradient: gradient, rule: rule)
    }
    return try engine.matrix(
      site.place == .attentionHeads ? output(site).pullback(gradient) : gradient)
  }

  func streamDirections(of directions: Matrix, at site: Site) throws -> Matrix {
    var result = try engine.rows(directions)
    if site.place == .attentionHeads { result = try output(site).withoutBias(result) }
    if let norm = updateNorm(behind: site) { result = try norm.weighted(result) }
    return try engine.matrix(result)
  }

  /// What a module gives, `[t, D]`, of a tensor that is it or is projected to it.
  private func moduleOutput(of y: Matrix, at site: Site) throws -> Engine.Rows {
    let rows = try engine.rows(y)
    return site.place == .attentionHeads ? try output(site)(rows) : rows
  }

  /// The projection of a block's heads.
  private func output(_ site: Site) -> Engine.Linear { blocks[site.block].attention.output }

  /// The norm between a tensor and the residual stream.
  private func updateNorm(behind site: Site) -> RMSNorm<Engine>? {
    switch site.place {
    case .attentionHeads, .attentionModule: blocks[site.block].attentionUpdateNorm.norm
    case .feedForwardModule: blocks[site.block].feedForwardUpdateNorm.norm
    default: nil
    }
  }
}
