import Autoencoders
import Models
import Tensors

extension Attribution {
  /// Replaces each item's score by the measured fall of the target when its activation is set to zero;
  /// items are measured singly, or a feature at all covered positions at once.
  func measuredItems(
    _ items: [AttributionResult.Item]
  ) throws -> (items: [AttributionResult.Item], candidates: Int) {
    let candidates =
      question.aggregate == .feature
      ? groupedByFeature(items) : items.map { ($0, [$0.position ?? 0]) }
    let chosen = candidates.sorted { abs($0.0.score) > abs($1.0.score) }
      .prefix(question.ablationLimit)
    let measured = try falls(
      ablating: chosen.map { ($0.0.latent ?? 0, $0.1) }, reporting: progress)
    let items = zip(chosen, measured).map { candidate, fall in
      var item = candidate.0
      item.score = fall
      return item
    }
    return (items, candidates.count)
  }

  /// Measures the highest items again by exact ablation.
  func verification(of items: [AttributionResult.Item]) throws -> AttributionResult.Verification? {
    guard question.verify > 0, question.aggregate != .token else { return nil }
    let covered = covers()
    let chosen = items.prefix(question.verify).compactMap { item in
      item.latent.map { latent in
        (
          item: item, latent: latent,
          positions: item.position.map { [$0] } ?? covered.indices.filter { covered[$0] }
        )
      }
    }
    let falls = try falls(ablating: chosen.map { ($0.latent, $0.positions) })
    let measured = zip(chosen, falls).map { candidate, fall in
      AttributionResult.Verification.Item(
        latent: candidate.latent, position: candidate.item.position,
        predicted: candidate.item.score, measured: fall)
    }
    return .init(
      items: measured,
      pearson: pearson(measured.map { Double($0.predicted) }, measured.map { Double($0.measured) }))
  }

  private func groupedByFeature(
    _ items: [AttributionResult.Item]
  ) -> [(AttributionResult.Item, [Int])] {
    var groups: [Int: (AttributionResult.Item, [Int])] = [:]
    for item in items {
      guard let latent = item.latent, let position = item.position else { continue }
      var group =
        groups[latent]
        ?? (AttributionResult.Item(latent: latent, position: nil, activation: 0, score: 0), [])
      group.0.activation = max(group.0.activation, item.activation)
      group.0.score += item.score
      group.1.append(position)
      groups[latent] = group
    }
    return groups.values.sorted { ($0.0.latent ?? 0) < ($1.0.latent ?? 0) }
  }

  /// By how much the target falls when a latent's activation is set to zero at some positions, for each of
  /// several, measured by running the blocks above the site again. The reference is the model's own run, or
  /// its reconstruction's.
  private func falls(
    ablating candidates: [(latent: Int, positions: [Int])],
    reporting progress: (Double) -> Void = { _ in }
  ) throws -> [Float] {
    guard !candidates.isEmpty else { return [] }
    let reference = try values(of: [try spliced([])])[0]
    var results: [Float] = []
    var batch: [SplicedResidual] = []
    for (latent, positions) in candidates {
      try cancellation.check()
      let change = LatentChange(rows: positions.map { $0..<$0 + 1 }, latent: latent, rule: .zero)
      batch.append(try spliced([change]))
      if batch.reduce(0, { $0 + $1.residual.rows }) >= Self.batchRows {
        results += try values(of: batch).map { reference - $0 }
        batch = []
        progress(Double(results.count) / Double(candidates.count))
      }
    }
    results += try values(of: batch).map { reference - $0 }
    progress(1)
    return results
  }

  /// Rows after which a batch of runs is full: enough for the products to be busy rather than waiting for weights.
  private static let batchRows = 256

  private func spliced(_ changes: [LatentChange]) throws -> SplicedResidual {
    try point.applying(changes, splice: question.splice, cancellation: cancellation)
  }

  private func values(of batch: [SplicedResidual]) throws -> [Float] {
    guard !batch.isEmpty else { return [] }
    let outputs = try point.outputs(
      of: batch, rows: terms.rows, decoder: context.decoder, cancellation: cancellation)
    return try outputs.map {
      try context.decoder.value(of: terms, outputs: $0, from: terms.rows.lowerBound)
    }
  }
}

/// Pearson's correlation; nil where it is not defined.
func pearson(_ a: [Double], _ b: [Double]) -> Double? {
  guard a.count > 1 else { return nil }
  let (meanA, meanB) = (a.reduce(0, +) / Double(a.count), b.reduce(0, +) / Double(b.count))
  var (ab, aa, bb) = (0.0, 0.0, 0.0)
  for (x, y) in zip(a, b) {
    ab += (x - meanA) * (y - meanB)
    aa += (x - meanA) * (x - meanA)
    bb += (y - meanB) * (y - meanB)
  }
  return aa > 0 && bb > 0 ? ab / (aa * bb).squareRoot() : nil
}
