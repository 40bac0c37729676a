import Autoencoders
import Models
package import Tensors

/// What makes a target differ between two contexts of one model, feature by feature.
///
/// To first order a feature explains Σ (z − z′)·(W_dec[j] · ½(g + g′)) of the difference d − d′,
/// over corresponding positions, g and g′ the gradients in the two. The largest are measured: the
/// feature's activations of one context are put into the other at all corresponding positions, the
/// error term of each kept, and the blocks above run again; in both directions, since what a
/// feature does depends on what stands around it.
package struct FeatureComparison {
  let autoencoder: LoadedAutoencoder
  let alignment: Alignment
  let count: Int
  let sides: [Side]
  let progress: (Double) -> Void

  /// One of the two contexts.
  struct Side {
    let attribution: Attribution
    let scores: ActivationScores
    let value: Float
  }

  /// - Parameters:
  ///   - targets: the same question with positions resolved in each context.
  ///   - count: features to measure.
  package init(
    _ contexts: (ResidentContext, ResidentContext),
    targets: (AttributionTarget, AttributionTarget), autoencoder: LoadedAutoencoder, count: Int,
    progress: @escaping (Double) -> Void, cancellation: Cancellation
  ) throws {
    self.autoencoder = autoencoder
    self.count = count
    self.progress = progress
    alignment = Alignment(contexts.0, contexts.1)
    sides = try [(contexts.0, targets.0), (contexts.1, targets.1)].map { context, target in
      let attribution = try Attribution(
        AttributionQuestion(target: target), of: context, autoencoder: autoencoder,
        progress: { _ in }, cancellation: cancellation)
      let found = try attribution.pulledBack(
        to: attribution.point.rows.own, rule: .derivative, keepsRun: true)
      return Side(
        attribution: attribution, scores: try attribution.scores(found)[0], value: found.value)
    }
    progress(0.2)
  }

  package func callAsFunction() throws -> ComparisonResult {
    let differences = try predictions()
    let ranked = differences.sorted {
      (abs($1.predicted), $0.latent) < (abs($0.predicted), $1.latent)
    }
    let chosen = Array(ranked.prefix(count))
    let measured = try [0, 1].map { side in
      try falls(side, latents: chosen.map { [$0.latent] } + [Set(differences.map(\.latent))]) {
        progress(0.2 + 0.4 * (Double(side) + $0))
      }
    }
    let items = chosen.enumerated().map { index, difference in
      ComparisonResult.Item(
        latent: difference.latent, predicted: difference.predicted,
        intoFirst: measured[0][index], intoSecond: -measured[1][index],
        places: places(of: difference.latent))
    }
    return ComparisonResult(
      first: sides[0].value, second: sides[1].value, items: items,
      allIntoFirst: measured[0].last ?? 0, allIntoSecond: -(measured[1].last ?? 0),
      alignment: alignment, differing: differences.count,
      agreement: Agreement(
        predicted: items.map { Double($0.predicted) },
        measured: items.map { Double($0.intoFirst + $0.intoSecond) / 2 }))
  }

  // MARK: Predicting

  /// Every latent whose activations differ somewhere, with what it explains to first order.
  private func predictions() throws -> [(latent: Int, predicted: Float)] {
    let (a, b) = (sides[0], sides[1])
    var sums: [Int: Double] = [:]
    var differing = Set<Int>()
    var directions = SparseCode(latentCount: autoencoder.weights.latentCount)
    var gradients: [[Float]] = []
    func add(_ z: [Int: Float], _ other: [Int: Float], _ gradient: [Float]) {
      let moved = Set(z.keys).union(other.keys).sorted()
        .map { (latent: $0, value: (z[$0] ?? 0) - (other[$0] ?? 0)) }.filter { $0.value != 0 }
      differing.formUnion(moved.map(\.latent))
      directions.appendRow(moved, frame: RowFrame(scale: 1))
      gradients.append(gradient)
    }
    for (i, j) in alignment.pairs {
      add(
        a.activations(at: i), b.activations(at: j),
        zip(a.gradient(at: i), b.gradient(at: j)).map { ($0 + $1) / 2 })
    }
    for i in alignment.onlyFirst { add(a.activations(at: i), [:], a.gradient(at: i)) }
    for j in alignment.onlySecond { add([:], b.activations(at: j), b.gradient(at: j)) }
    let width = autoencoder.weights.outputSize
    let scores = try autoencoder.weights.scores(
      directions,
      gradient: Matrix(rows: gradients.count, columns: width, values: gradients.flatMap { $0 }))
    for row in 0..<directions.rows {
      for entry in directions.range(ofRow: row) {
        sums[Int(directions.indices[entry]), default: 0] += Double(scores[entry])
      }
    }
    return differing.map { (latent: $0, predicted: Float(sums[$0] ?? 0)) }
  }

  /// The places where a latent's activations differ most.
  private func places(of latent: Int) -> [ComparisonResult.Place] {
    let (a, b) = (sides[0].attribution.point.code, sides[1].attribution.point.code)
    var places = alignment.pairs.map {
      ComparisonResult.Place(
        first: $0.first, second: $0.second, activation: a.value(row: $0.first, latent: latent),
        other: b.value(row: $0.second, latent: latent))
    }
    places += alignment.onlyFirst.map {
      .init(first: $0, second: nil, activation: a.value(row: $0, latent: latent), other: 0)
    }
    places += alignment.onlySecond.map {
      .init(first: nil, second: $0, activation: 0, other: b.value(row: $0, latent: latent))
    }
    return Array(
      places.filter { $0.activation != $0.other }
        .sorted { abs($0.activation - $0.other) > abs($1.activation - $1.other) }
        .prefix(Self.placeLimit))
  }

  private static let placeLimit = 8

  // MARK: Measuring

  /// By how much a side's target falls when sets of latents get the other side's activations.
  private func falls(
    _ index: Int, latents sets: [Set<Int>], reporting progress: (Double) -> Void
  ) throws -> [Float] {
    let side = sides[index]
    let other = sides[1 - index].attribution.point.code
    let counterpart = Dictionary(
      uniqueKeysWithValues: alignment.pairs.map {
        index == 0 ? ($0.first, $0.second) : ($0.second, $0.first)
      })
    let point = side.attribution.point
    let runs = side.attribution.runs(from: point)
    let values = try runs.values(sets.count + 1, reporting: progress) { run in
      try point.patched(
        latents: run > 0 ? sets[run - 1] : [], cancellation: side.attribution.cancellation
      ) { row in
        counterpart[row].map { other.activations(at: $0) } ?? [:]
      }
    }
    return values.dropFirst().map { values[0] - $0 }
  }
}

extension FeatureComparison.Side {
  fileprivate func activations(at row: Int) -> [Int: Float] {
    attribution.point.code.activations(at: row)
  }

  /// The gradient at a row in the scale that its latents have there.
  fileprivate func gradient(at row: Int) -> [Float] {
    let gradient = scores.gradient.row(row)
    guard let frame = attribution.point.code.frame(ofRow: row) else { return gradient }
    return gradient.map { $0 * frame.scale }
  }
}

extension SparseCode {
  fileprivate func activations(at row: Int) -> [Int: Float] {
    let (indices, values) = self.row(row)
    return Dictionary(uniqueKeysWithValues: zip(indices, values).map { (Int($0), $1) })
  }
}

extension SplicePoint {
  /// The residual with some latents' activations replaced at the rows for which there are others.
  fileprivate func patched(
    latents: Set<Int>, cancellation: Cancellation, by others: (Int) -> [Int: Float]?
  ) throws -> SplicedResidual {
    var rows: [[Int: Float]] = []
    var start: Int?
    for row in 0..<rowCount {
      let own = code.activations(at: row)
      var changed = own
      if !latents.isEmpty, row < context.tokenCount, let other = others(row) {
        for latent in latents {
          let value = other[latent] ?? 0
          changed[latent] = value == 0 ? nil : value
        }
      }
      if start == nil, changed != own { start = row }
      if start != nil { rows.append(changed) }
    }
    var replaced = SparseCode(latentCount: code.latentCount)
    for (index, row) in rows.enumerated() {
      replaced.appendRow(
        row.sorted { $0.key < $1.key }.map { (latent: $0.key, value: $0.value) },
        frame: code.frame(ofRow: (start ?? 0) + index))
    }
    return try replacing(
      replaced, from: start ?? rowCount, errorTerm: .keep, cancellation: cancellation)
  }
}
