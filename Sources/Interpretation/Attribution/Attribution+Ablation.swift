import Autoencoders
import Models
import Tensors

extension Attribution {
  /// Replaces each item's score by the measured fall of the target when its activation is
  /// set to zero: an item a place; a feature at all covered positions at once; all
  /// features of a token at once.
  func measuredItems(
    _ items: [AttributionResult.Item]
  ) throws -> (items: [AttributionResult.Item], candidates: Int) {
    let candidates = ranked(items)
    let chosen = Array(candidates.prefix(question.ablationLimit))
    let measured = try falls(ablating: chosen, reporting: progress)
    let items = zip(chosen, measured).map { item, fall in
      var item = item
      item.score = fall
      item.measured = fall
      return item
    }
    return (items, candidates.count)
  }

  /// By how much the target falls when the activations that an item stands for are set to zero, for
  /// each of several, measured by running the blocks above the site again. The reference is the
  /// model's own run, or its reconstruction's.
  func falls(
    ablating items: [AttributionResult.Item], reporting progress: (Double) -> Void = { _ in }
  ) throws -> [Float] {
    guard !items.isEmpty else { return [] }
    let covered = covers()
    let positions = covered.indices.filter { covered[$0] }
    let active = positionsByLatent(items, covered: covered)
    // The reference runs with the others, so that it costs no run of its own where there is one.
    let values = try runs.values(items.count + 1, reporting: progress) { index in
      guard index > 0 else { return try spliced([]) }
      let item = items[index - 1]
      switch (item.latent, item.position) {
      case (let latent?, let position?):
        return try spliced([
          LatentChange(rows: [position..<position + 1], latent: latent, rule: .zero)
        ])
      case (let latent?, nil):
        let rows = (active[latent] ?? []).map { $0..<$0 + 1 }
        return try spliced([LatentChange(rows: rows, latent: latent, rule: .zero)])
      case (nil, let position?): return try cleared([position])
      case (nil, nil): return try cleared(positions)
      }
    }
    return values.dropFirst().map { values[0] - $0 }
  }

  /// The covered positions at which the latents of items that have no position are active.
  private func positionsByLatent(
    _ items: [AttributionResult.Item], covered: [Bool]
  ) -> [Int: [Int]] {
    let wanted = Set(items.filter { $0.position == nil }.compactMap(\.latent))
    var found: [Int: [Int]] = [:]
    guard !wanted.isEmpty else { return found }
    for row in 0..<point.rowCount where covered[row] {
      for latent in point.code.row(row).indices where wanted.contains(Int(latent)) {
        found[Int(latent), default: []].append(row)
      }
    }
    return found
  }

  private func spliced(_ changes: [LatentChange]) throws -> SplicedResidual {
    try point.applying(changes, splice: question.splice, cancellation: cancellation)
  }

  private func cleared(_ positions: [Int]) throws -> SplicedResidual {
    var cleared = [Bool](repeating: false, count: point.rowCount)
    for position in positions { cleared[position] = true }
    return try point.clearing(
      cleared, errorTerm: question.splice.errorTerm, cancellation: cancellation)
  }
}
