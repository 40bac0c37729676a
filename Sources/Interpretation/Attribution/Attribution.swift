import Autoencoders
import Models
package import Tensors

/// Attribution of a target to the features of one autoencoder on one context.
///
/// 1. The residual x at the site and its code z are the context's own.
/// 2. The blocks above run on x (error term kept) or on x̂ = decode(z) (dropped), keeping what a pullback
///    needs.
/// 3. One pullback gives g_t = ∂d/∂(their input at t).
/// 4. score(t, j) = z_tj · (W_dec[j] · g_t) for every active (t, j), all latents at once.
///
/// Source: section 3.4 of "Large Multi-modal Models Can Interpret Features in Large Multi-modal Models"
/// (arXiv 2411.14982), with the opposite sign, and without its one backward pass for each latent.
package struct Attribution {
  let context: ResidentContext
  let feature: LoadedAutoencoder
  let question: AttributionQuestion
  let cancellation: Cancellation
  let progress: (Double) -> Void
  let point: SplicePoint
  let terms: [TargetTerm]

  package init(
    _ question: AttributionQuestion, of context: ResidentContext, feature: LoadedAutoencoder,
    progress: @escaping (Double) -> Void, cancellation: Cancellation
  ) throws {
    try question.target.check(
      tokenCount: context.tokenCount,
      vocabularySize: context.decoder.vocabularySize)
    try context.checkRoom(for: question.target.continuation)
    try question.check(tokenCount: context.tokenCount)
    self.question = question
    self.context = context
    self.feature = feature
    self.progress = progress
    self.cancellation = cancellation
    terms = question.target.terms(tokenCount: context.tokenCount)
    point = try SplicePoint(
      context, feature: feature, continuation: question.target.continuation,
      cancellation: cancellation)
  }

  var decoder: LlamaDecoder { context.decoder }

  /// Whether a row's features are asked about.
  func covers() -> [Bool] {
    guard let positions = question.positions else {
      return [Bool](repeating: true, count: point.rowCount)
    }
    var covered = [Bool](repeating: false, count: point.rowCount)
    for position in positions.joined() { covered[position] = true }
    return covered
  }

  /// Answers the question.
  package func callAsFunction() throws -> AttributionResult {
    let input =
      question.splice.errorTerm == .keep
      ? point.residual : try feature.autoencoder.decode(point.code)
    let (value, gradient, endpointDifference) = try gradient(at: input)
    if let place = gradient.firstNonFinite() {
      throw InterpretationError.nonFinite("the gradient at position \(place.row)")
    }
    let scores = try ActivationScores(
      point: point, gradient: gradient, reselection: question.splice.reselection,
      cancellation: cancellation)
    var items = scores.items(covering: covers())
    var measured: Int?
    var candidates: Int?
    if question.method == .ablation {
      (items, candidates) = try measuredItems(items)
      measured = items.count
    }
    var byPosition = [Float](repeating: 0, count: context.tokenCount)
    for item in items {
      if let position = item.position, position < byPosition.count {
        byPosition[position] += item.score
      }
    }
    let ranked = ranked(items)
    return AttributionResult(
      targetValue: value, items: ranked, byPart: partScores(byPosition),
      completeness: try scores.completeness(input: input, errorTerm: question.splice.errorTerm),
      verification: try verification(of: ranked), byPosition: byPosition, measured: measured,
      candidates: candidates, endpointDifference: endpointDifference)
  }

  /// Sums items as asked, highest score first; ties in the order of latent and position.
  private func ranked(_ items: [AttributionResult.Item]) -> [AttributionResult.Item] {
    let combined =
      switch question.aggregate {
      case .none, .part: items
      case .feature: summed(items, by: \.latent)
      case .token: summed(items, by: \.position)
      }
    return Array(
      combined.sorted {
        ($1.score, $0.latent ?? 0, $0.position ?? 0) < ($0.score, $1.latent ?? 0, $1.position ?? 0)
      }.prefix(question.topK))
  }

  private func summed(
    _ items: [AttributionResult.Item], by key: KeyPath<AttributionResult.Item, Int?>
  ) -> [AttributionResult.Item] {
    var sums: [Int: AttributionResult.Item] = [:]
    for item in items {
      guard let name = item[keyPath: key] else { continue }
      var sum =
        sums[name]
        ?? AttributionResult.Item(
          latent: question.aggregate == .feature ? item.latent : nil,
          position: question.aggregate == .token ? item.position : nil, activation: 0, score: 0)
      sum.activation = max(sum.activation, item.activation)
      sum.score += item.score
      sums[name] = sum
    }
    return Array(sums.values)
  }

  /// Scores of the prompt's parts, and of the template's tokens between them.
  private func partScores(_ byPosition: [Float]) -> [AttributionResult.PartScore] {
    var rest = byPosition.reduce(0) { $0 + Double($1) }
    var shares: [AttributionResult.PartScore] = []
    for (name, span) in zip(context.partNames, context.prompt.partSpans) {
      let sum = byPosition[span].reduce(0) { $0 + Double($1) }
      rest -= sum
      shares.append(.init(part: name, score: Float(sum)))
    }
    return shares + [.init(part: AttributionResult.templatePart, score: Float(rest))]
  }
}
