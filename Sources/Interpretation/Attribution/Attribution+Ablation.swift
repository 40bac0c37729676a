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
    let reference = try referenceValue()
    let measured = try chosen.enumerated().map { index, candidate in
      var (item, positions) = candidate
      guard let latent = item.latent else { return item }
      item.score = try reference - value(ablating: latent, at: positions)
      progress(Double(index + 1) / Double(chosen.count))
      return item
    }
    return (measured, candidates.count)
  }

  /// Measures the highest items again by exact ablation.
  func verification(of items: [AttributionResult.Item]) throws -> AttributionResult.Verification? {
    guard question.verify > 0, question.aggregate != .token else { return nil }
    let reference = try referenceValue()
    let covered = covers()
    let measured = try items.prefix(question.verify).compactMap { item in
      try item.latent.map { latent in
        let positions = item.position.map { [$0] } ?? covered.indices.filter { covered[$0] }
        return AttributionResult.Verification.Item(
          latent: latent, position: item.position, predicted: item.score,
          measured: try reference - value(ablating: latent, at: positions))
      }
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

  /// The target when nothing is ablated: the model's own, or its reconstruction's.
  private func referenceValue() throws -> Float {
    try value(of: [])
  }

  private func value(ablating latent: Int, at positions: [Int]) throws -> Float {
    try cancellation.check()
    return try value(of: [
      LatentChange(rows: positions.map { $0..<$0 + 1 }, latent: latent, rule: .zero)
    ])
  }

  private func value(of changes: [LatentChange]) throws -> Float {
    let spliced = try point.applying(
      changes, splice: question.splice, cancellation: cancellation)
    return try context.decoder.value(
      of: terms,
      outputs: point.outputs(
        of: spliced, rows: terms.rows, decoder: context.decoder, cancellation: cancellation),
      from: terms.rows.lowerBound)
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
