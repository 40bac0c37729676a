/// Scores held against exact ablation.
package struct Verification: Sendable {
  package enum Origin: String, Sendable {
    /// Among the strongest by the method that was asked for.
    case strongest
    /// Among the strongest by a second method.
    case secondMethod
    /// Drawn at random from the other active ones.
    case random
  }
  /// A score beside the measured fall.
  package struct Item: Sendable, Equatable {
    /// Whose feature it is, by its number in the question.
    package let autoencoder: Int
    package let latent: Int?
    package let position: Int?
    package let predicted: Float
    package let measured: Float
    package let origin: Origin

    var place: AttributionResult.Place {
      AttributionResult.Place(autoencoder: autoencoder, latent: latent, position: position)
    }
  }
  package let items: [Item]
  package let agreement: Agreement
  /// What speaks against relying on the scores; empty where nothing does.
  package var doubts: [Doubt] { agreement.doubts }
}

/// How well predictions agree with what was measured.
package struct Agreement: Sendable, Equatable {
  /// Correlations over fewer pairs than this are not told: over three points any line fits.
  package static let leastCount = 8
  /// Bounds within which scores are called reliable; what they catch and miss:
  /// `Tests/Studies/attribution.py`.
  package static let leastPearson = 0.8
  package static let mostWrongSigns = 0.1
  /// Falls smaller than this share of the largest one have no sign that counts.
  package static let negligible = 0.02

  package let count: Int
  /// Pearson's correlation; nil for too few pairs or no variance.
  package let pearson: Double?
  /// Spearman's rank correlation, ties at their mean rank.
  package let spearman: Double?
  /// Σ predicted · measured / Σ predicted²: what a score must be multiplied by to be a fall.
  package let slope: Double?
  /// Pairs whose measured fall is not negligible, and of these the ones with the other sign.
  package let signsCounted: Int
  package let wrongSigns: Int

  package init(predicted: [Double], measured: [Double]) {
    precondition(predicted.count == measured.count, "pairs")
    count = predicted.count
    let enough = count >= Self.leastCount
    pearson = enough ? Interpretation.pearson(predicted, measured) : nil
    spearman = enough ? Interpretation.pearson(ranks(predicted), ranks(measured)) : nil
    let square = predicted.reduce(0) { $0 + $1 * $1 }
    slope =
      enough && square > 0
      ? zip(predicted, measured).reduce(0) { $0 + $1.0 * $1.1 } / square : nil
    let largest = measured.map(abs).max() ?? 0
    let counted = zip(predicted, measured).filter { abs($0.1) > Self.negligible * largest }
    signsCounted = counted.count
    wrongSigns = counted.count { $0.0 * $0.1 < 0 }
  }

  package var doubts: [Doubt] {
    guard count > 0 else { return [] }
    guard count >= Self.leastCount else { return [.tooFew(count)] }
    var doubts: [Doubt] = []
    if let pearson {
      if pearson < Self.leastPearson { doubts.append(.correlation(pearson)) }
    } else {
      doubts.append(.noVariance)
    }
    if Double(wrongSigns) > Self.mostWrongSigns * Double(signsCounted) {
      doubts.append(.signs(wrong: wrongSigns, of: signsCounted))
    }
    return doubts
  }
}

/// A reason not to rely on scores.
package enum Doubt: Sendable, Equatable {
  /// Fewer pairs than a correlation needs.
  case tooFew(Int)
  /// Predicted or measured values are all the same.
  case noVariance
  case correlation(Double)
  case signs(wrong: Int, of: Int)
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

/// Ranks from 1; equal values share the mean of theirs.
private func ranks(_ values: [Double]) -> [Double] {
  let order = values.indices.sorted { values[$0] < values[$1] }
  var ranks = [Double](repeating: 0, count: values.count)
  var start = 0
  while start < order.count {
    var end = start + 1
    while end < order.count, values[order[end]] == values[order[start]] { end += 1 }
    for index in order[start..<end] { ranks[index] = Double(start + end + 1) / 2 }
    start = end
  }
  return ranks
}
