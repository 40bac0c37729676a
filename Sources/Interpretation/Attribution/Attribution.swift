import Autoencoders
package import Models
package import Tensors

/// Attribution of a target to the features of one autoencoder on one context.
///
/// 1. The residual stream at the site and the code z of what is read are the context's own.
/// 2. What lies above runs on the stream (error term kept) or on one with the reconstruction in the
///    place of what it is of (dropped), keeping what a pullback needs.
/// 3. One pullback gives the gradient of the stream, or what one of `PullbackRule`'s other rules
///    gives, and so g_t, that of what the autoencoder makes: the same, or projected back.
/// 4. score(t, j) = z_tj · (W_dec[j] · g_t) for every active (t, j), all latents at once.
///
/// Source: section 3.4 of "Large Multi-modal Models Can Interpret Features in Large
/// Multi-modal Models" (arXiv 2411.14982), with the opposite sign, and without its one
/// backward pass for each latent.
package struct Attribution {
  let context: ResidentContext
  let autoencoder: LoadedAutoencoder
  package let question: AttributionQuestion
  let cancellation: Cancellation
  let progress: (Double) -> Void
  let point: SplicePoint
  let terms: [TargetTerm]

  package init(
    _ question: AttributionQuestion, of context: ResidentContext, autoencoder: LoadedAutoencoder,
    progress: @escaping (Double) -> Void, cancellation: Cancellation
  ) throws {
    try question.target.check(
      tokenCount: context.tokenCount,
      vocabularySize: context.decoder.vocabularySize)
    try context.checkRoom(for: question.target.continuation)
    try question.check(tokenCount: context.tokenCount)
    try question.check(site: autoencoder.site)
    self.question = question
    self.context = context
    self.autoencoder = autoencoder
    self.progress = progress
    self.cancellation = cancellation
    terms = question.target.terms(tokenCount: context.tokenCount)
    point = try SplicePoint(
      context, autoencoder: autoencoder, continuation: question.target.continuation,
      cancellation: cancellation)
  }

  var decoder: Decoder { context.decoder }

  var runs: TargetRuns {
    TargetRuns(context: context, point: point, terms: terms, cancellation: cancellation)
  }

  /// Whether a row's features are asked about.
  func covers() -> [Bool] {
    guard let positions = question.positions else {
      return [Bool](repeating: true, count: point.rowCount)
    }
    var covered = [Bool](repeating: false, count: point.rowCount)
    for position in positions.joined() { covered[position] = true }
    return covered
  }

  /// What lies above the site runs on: the stream as it is, or with the error term dropped.
  func input() throws -> SiteInput {
    question.splice.errorTerm == .keep ? point.rows.own : try rebuilt()
  }

  private func rebuilt() throws -> SiteInput {
    try point.rebuilt(point.code, cancellation: cancellation)
  }

  /// Answers the question.
  package func callAsFunction() throws -> AttributionResult {
    let input = try input()
    let found = try gradient(at: input)
    let scores = try scores(found)
    var items = scores.items(covering: covers())
    var candidates: Int?
    if question.method == .ablation {
      (items, candidates) = try measuredItems(items)
    }
    var byPosition = [Float](repeating: 0, count: context.tokenCount)
    for item in items {
      if let position = item.position, position < byPosition.count {
        byPosition[position] += item.score
      }
    }
    var ranked = ranked(items)
    let verification = try verification(of: ranked, input: input)
    ranked = self.ranked(ranked, knowing: verification)
    return AttributionResult(
      targetValue: found.value, isConserving: question.method == .relevance,
      items: Array(ranked.prefix(question.topK)),
      completeness: try scores.completeness(
        stream: input.stream, errorTerm: question.splice.errorTerm,
        projectionBias: found.projectionBias),
      verification: verification, byPosition: byPosition,
      measured: candidates.map { _ in items.count }, candidates: candidates,
      path: try path(items, input: input, value: found.value),
      table: try table(of: Array(ranked.prefix(question.topK)), input: input))
  }

  /// The scores of every active latent by a gradient, which must be finite.
  func scores(_ found: PulledBack) throws -> ActivationScores {
    if let place = found.gradient.firstNonFinite() {
      throw InterpretationError.nonFinite("the gradient at position \(place.row)")
    }
    return try ActivationScores(
      point: point, found: found, reselection: question.splice.reselection,
      cancellation: cancellation)
  }

  /// Σ_j score of each of the context's positions by another rule than the question's: what a
  /// picture of the prompt is drawn from.
  package func positionScores(_ rule: PullbackRule) throws -> [Float] {
    let found = try pulledBack(to: try input(), rule: rule, keepsRun: true)
    var sums = [Float](repeating: 0, count: context.tokenCount)
    for item in try scores(found).items(covering: covers()) {
      if let position = item.position, position < sums.count { sums[position] += item.score }
    }
    return sums
  }

  private func path(
    _ items: [AttributionResult.Item], input: SiteInput, value: Float
  ) throws -> AttributionResult.Path? {
    guard case .integratedGradients = question.method else { return nil }
    return AttributionResult.Path(
      difference: try pathDifference(to: input, value: value),
      sum: items.reduce(0) { $0 + Double($1.score) })
  }

  /// Each listed item's score for one term of the target after the other: a pullback each.
  private func table(
    of listed: [AttributionResult.Item], input: SiteInput
  ) throws -> [AttributionResult.TermScores]? {
    guard question.byTerm else { return nil }
    return try terms.map { term in
      let found = try pulledBack(
        to: input, rule: question.method.rule, keepsRun: true, terms: [term])
      let items = combined(try scores(found).items(covering: covers()))
      let known = Dictionary(uniqueKeysWithValues: items.map { ($0.place, $0.score) })
      return AttributionResult.TermScores(
        value: found.value, scores: listed.map { known[$0.place] ?? 0 })
    }
  }

  /// Sums items as asked, largest magnitude first; ties in the order of latent and position.
  func ranked(_ items: [AttributionResult.Item]) -> [AttributionResult.Item] {
    sorted(combined(items))
  }

  /// The same items in the order of what is known once some were measured.
  private func ranked(
    _ items: [AttributionResult.Item], knowing verification: Verification?
  ) -> [AttributionResult.Item] {
    guard let verification else { return items }
    let measured = Dictionary(
      uniqueKeysWithValues: verification.items.map {
        (AttributionResult.Item.Place(latent: $0.latent, position: $0.position), $0.measured)
      })
    return sorted(
      items.map { item in
        var item = item
        item.measured = measured[item.place]
        return item
      })
  }

  private func sorted(_ items: [AttributionResult.Item]) -> [AttributionResult.Item] {
    items.sorted {
      (abs($1.bestKnown), $0.latent ?? 0, $0.position ?? 0)
        < (abs($0.bestKnown), $1.latent ?? 0, $1.position ?? 0)
    }
  }

  private func combined(_ items: [AttributionResult.Item]) -> [AttributionResult.Item] {
    switch question.aggregate {
    case .none: items
    case .feature: summed(items, by: \.latent)
    case .token: summed(items, by: \.position)
    }
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
      if abs(item.activation) > abs(sum.activation) { sum.activation = item.activation }
      sum.score += item.score
      sums[name] = sum
    }
    return Array(sums.values)
  }
}

extension AttributionResult.Item {
  /// What the item is about: a latent, a position, or one at the other.
  struct Place: Hashable {
    let latent: Int?
    let position: Int?
  }

  var place: Place { Place(latent: latent, position: position) }
}
