import Autoencoders
package import Models
package import Tensors

/// Attribution of a target to the features of autoencoders on one context.
///
/// 1. The residual stream at the site and the code z of what is read are the context's own.
/// 2. What lies above runs on the stream (error term kept) or on one with the reconstruction in the
///    place of what it is of (dropped), keeping what a pullback needs.
/// 3. One pullback gives the gradient of the stream, or what one of `PullbackRule`'s other rules
///    gives, and so g_t, that of what the autoencoder makes: the same, or projected back.
/// 4. score(t, j) = z_tj · (W_dec[j] · g_t) for every active (t, j), all latents at once.
///
/// Of several autoencoders the run starts at the lowest site, and the one way back hands out the
/// gradient at each. A score is the effect of one latent on the model as it is, what it does to the
/// codes of higher sites included: where one site lies above another, the scores of both tell the
/// same effect, and their sum is none.
///
/// Source: section 3.4 of "Large Multi-modal Models Can Interpret Features in Large
/// Multi-modal Models" (arXiv 2411.14982), with the opposite sign, and without its one
/// backward pass for each latent.
package struct Attribution {
  let context: ResidentContext
  package let question: AttributionQuestion
  let cancellation: Cancellation
  let progress: (Double) -> Void
  /// One an autoencoder, in the order in which they were given.
  let points: [SplicePoint]
  let terms: [TargetTerm]

  package init(
    _ question: AttributionQuestion, of context: ResidentContext, autoencoder: LoadedAutoencoder,
    progress: @escaping (Double) -> Void, cancellation: Cancellation
  ) throws {
    try self.init(
      question, of: context, autoencoders: [autoencoder], progress: progress,
      cancellation: cancellation)
  }

  /// The same of several autoencoders, whose features are ranked together.
  package init(
    _ question: AttributionQuestion, of context: ResidentContext,
    autoencoders: [LoadedAutoencoder], progress: @escaping (Double) -> Void,
    cancellation: Cancellation
  ) throws {
    try question.check(asking: autoencoders)
    try question.target.check(
      tokenCount: context.tokenCount,
      vocabularySize: context.decoder.vocabularySize)
    try context.checkRoom(for: question.target.continuation)
    try question.check(tokenCount: context.tokenCount)
    self.question = question
    self.context = context
    self.progress = progress
    self.cancellation = cancellation
    terms = question.target.terms(tokenCount: context.tokenCount)
    points = try autoencoders.map {
      try SplicePoint(
        context, autoencoder: $0, continuation: question.target.continuation,
        cancellation: cancellation)
    }
  }

  var decoder: Decoder { context.decoder }

  /// That of the only autoencoder, or of the first.
  var point: SplicePoint { points[0] }

  /// The one that a run meets first: what lies above all of them runs from there.
  var lowest: SplicePoint {
    points.dropFirst().reduce(point) { $1.above.lowerBound < $0.above.lowerBound ? $1 : $0 }
  }

  func runs(from point: SplicePoint) -> TargetRuns {
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

  /// What lies above the lowest site runs on: the stream as it is, or with the error term dropped.
  func input() throws -> SiteInput {
    question.splice.errorTerm == .keep ? lowest.rows.own : try rebuilt()
  }

  /// What lies above one of the sites runs on where the lowest has `input`: of several the error
  /// terms are kept, so that each has its own.
  func input(at point: SplicePoint, from input: SiteInput) -> SiteInput {
    points.count == 1 ? input : point.rows.own
  }

  private func rebuilt() throws -> SiteInput {
    try point.rebuilt(point.code, cancellation: cancellation)
  }

  /// Answers the question.
  package func callAsFunction() throws -> AttributionResult {
    let input = try input()
    let found = try gradient(at: input)
    let scores = try scores(found)
    var items = self.items(scores)
    var candidates: Int?
    if question.method == .ablation {
      (items, candidates) = try measuredItems(items)
    }
    let byPosition = sumsByPosition(items)
    var ranked = ranked(items)
    let verification = try verification(of: ranked, input: input)
    ranked = self.ranked(ranked, knowing: verification)
    return AttributionResult(
      targetValue: found.value, isConserving: question.method == .relevance,
      items: Array(ranked.prefix(question.topK)),
      autoencoders: try points.indices.map { index in
        AttributionResult.OfAutoencoder(
          completeness: try scores[index].completeness(
            stream: self.input(at: points[index], from: input).stream,
            errorTerm: question.splice.errorTerm,
            projectionBias: found.sites[index].projectionBias),
          byPosition: byPosition[index])
      },
      verification: verification,
      measured: candidates.map { _ in items.count }, candidates: candidates,
      path: try path(items, input: input, value: found.value),
      table: try table(of: Array(ranked.prefix(question.topK)), input: input))
  }

  /// The scores of every active latent of each autoencoder by gradients, which must be finite.
  func scores(_ found: PulledBack) throws -> [ActivationScores] {
    try zip(points, found.sites).map { point, found in
      if let place = found.stream.firstNonFinite() {
        throw InterpretationError.nonFinite("the gradient at position \(place.row)")
      }
      return try ActivationScores(
        point: point, found: found, reselection: question.splice.reselection,
        cancellation: cancellation)
    }
  }

  /// Every active (position, latent) that is asked about, of one autoencoder after the other.
  func items(_ scores: [ActivationScores]) -> [AttributionResult.Item] {
    let covered = covers()
    return scores.enumerated().flatMap { $1.items(covering: covered, of: $0) }
  }

  /// Σ_j score of each of the context's positions by another rule than the question's, for each
  /// autoencoder: what a picture of the prompt is drawn from.
  package func positionScores(_ rule: PullbackRule) throws -> [[Float]] {
    let found = try pulledBack(to: try input(), rule: rule, keepsRun: true)
    return sumsByPosition(items(try scores(found)))
  }

  private func sumsByPosition(_ items: [AttributionResult.Item]) -> [[Float]] {
    let none = [Float](repeating: 0, count: context.tokenCount)
    var sums = points.map { _ in none }
    for item in items {
      if let position = item.position, position < none.count {
        sums[item.autoencoder][position] += item.score
      }
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
      let items = combined(self.items(try scores(found)))
      let known = Dictionary(uniqueKeysWithValues: items.map { ($0.place, $0.score) })
      return AttributionResult.TermScores(
        value: found.value, scores: listed.map { known[$0.place] ?? 0 })
    }
  }

  /// Sums items as asked, largest magnitude first; ties in the order of autoencoder, latent and
  /// position.
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
        ($0.place, $0.measured)
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
      (abs($1.bestKnown), $0.autoencoder, $0.latent ?? 0, $0.position ?? 0)
        < (abs($0.bestKnown), $1.autoencoder, $1.latent ?? 0, $1.position ?? 0)
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
    var sums: [AttributionResult.Place: AttributionResult.Item] = [:]
    for item in items where item[keyPath: key] != nil {
      let empty = AttributionResult.Item(
        autoencoder: item.autoencoder,
        latent: question.aggregate == .feature ? item.latent : nil,
        position: question.aggregate == .token ? item.position : nil, activation: 0, score: 0)
      var sum = sums[empty.place] ?? empty
      if abs(item.activation) > abs(sum.activation) { sum.activation = item.activation }
      sum.score += item.score
      sums[empty.place] = sum
    }
    return Array(sums.values)
  }
}
