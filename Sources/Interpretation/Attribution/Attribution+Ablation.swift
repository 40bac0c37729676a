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
  /// each of several, measured by running the blocks above its autoencoder's site again: no other
  /// autoencoder is spliced in. The reference is the model's own run, or its reconstruction's.
  func falls(
    ablating items: [AttributionResult.Item], reporting progress: (Double) -> Void = { _ in }
  ) throws -> [Float] {
    var falls = [Float](repeating: 0, count: items.count)
    var done = 0
    for (number, point) in points.enumerated() {
      let own = items.indices.filter { items[$0].autoencoder == number }
      guard !own.isEmpty else { continue }
      let measured = try self.falls(ablating: own.map { items[$0] }, at: point) {
        progress((Double(done) + $0 * Double(own.count)) / Double(items.count))
      }
      for (index, fall) in zip(own, measured) { falls[index] = fall }
      done += own.count
    }
    return falls
  }

  /// The same of one autoencoder's items.
  private func falls(
    ablating items: [AttributionResult.Item], at point: SplicePoint,
    reporting progress: (Double) -> Void
  ) throws -> [Float] {
    let covered = covers()
    let positions = covered.indices.filter { covered[$0] }
    let active = positionsByLatent(items, at: point, covered: covered)
    func spliced(_ changes: [LatentChange]) throws -> SplicedResidual {
      try point.applying(changes, splice: question.splice, cancellation: cancellation)
    }
    // The reference runs with the others, so that it costs no run of its own where there is one.
    let values = try runs(from: point).values(items.count + 1, reporting: progress) { index in
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
      case (nil, let position?): return try cleared([position], at: point)
      case (nil, nil): return try cleared(positions, at: point)
      }
    }
    return values.dropFirst().map { values[0] - $0 }
  }

  /// The covered positions at which the latents of items that have no position are active.
  private func positionsByLatent(
    _ items: [AttributionResult.Item], at point: SplicePoint, covered: [Bool]
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

  private func cleared(_ positions: [Int], at point: SplicePoint) throws -> SplicedResidual {
    var cleared = [Bool](repeating: false, count: point.rowCount)
    for position in positions { cleared[position] = true }
    return try point.clearing(
      cleared, errorTerm: question.splice.errorTerm, cancellation: cancellation)
  }
}
