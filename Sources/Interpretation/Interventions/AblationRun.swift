import Models
package import Tensors

/// What interventions do to targets and to the next token.
package struct AblationResult: Sendable {
  package struct Target: Sendable, Equatable {
    /// The model's own value.
    package let before: Float
    /// With the residual replaced by its reconstruction, nothing else changed; of several
    /// autoencoders, one after the other.
    package let reconstruction: Float
    /// With the interventions.
    package let after: Float
  }
  /// A token's probabilities as the next one.
  package struct TokenChange: Sendable, Equatable {
    package let token: Int
    package let before: Float
    package let after: Float
  }
  package let targets: [Target]
  /// The tokens whose probability after the last position changed most.
  package let topChanges: [TokenChange]
  /// KL(before ‖ after) in nats of the next-token distribution.
  package let divergence: Float
  /// By autoencoder, in the order in which they were given.
  package let receipts: [InterventionReceipt]
  /// Of all of them.
  package var receipt: InterventionReceipt {
    InterventionReceipt(adding: receipts, passes: receipts.map(\.passes).max() ?? 0)
  }
}

extension ResidentContext {
  /// Runs the blocks above the site on the changed residual and compares.
  package func ablate(
    _ interventions: [Intervention], autoencoder: LoadedAutoencoder, targets: [AttributionTarget],
    splice: Splice, topChanges: Int = 10, progress: (Double) -> Void, cancellation: Cancellation
  ) throws -> AblationResult {
    try ablate(
      SpliceChain([FeatureChanges(of: autoencoder, interventions)], splice: splice),
      targets: targets, topChanges: topChanges, progress: progress, cancellation: cancellation)
  }

  /// The same with the features of several autoencoders changed in one run.
  package func ablate(
    _ chain: SpliceChain, targets: [AttributionTarget], topChanges: Int = 10,
    progress: (Double) -> Void, cancellation: Cancellation
  ) throws -> AblationResult {
    try chain.check()
    for target in targets {
      try target.check(
        tokenCount: tokenCount, vocabularySize: decoder.vocabularySize)
      try checkRoom(for: target.continuation)
    }
    let bare = chain.changes.map { FeatureChanges(of: $0.autoencoder, []) }
    let plain = SplicedRun(context: self, chain: SpliceChain([bare[0]], splice: Splice()))
    let rebuilt = SplicedRun(
      context: self, chain: SpliceChain(bare, splice: Splice(errorTerm: .drop)))
    let changed = SplicedRun(context: self, chain: chain)
    // One run serves all targets on the context itself and the next token's distribution.
    let last = tokenCount - 1
    let first =
      targets.filter(\.continuation.isEmpty)
      .map { $0.terms(tokenCount: tokenCount).rows.lowerBound }.min() ?? last
    let shared = try changed.outputs(
      continuation: [], rows: first..<last + 1, cancellation: cancellation)
    progress(1 / Double(targets.count + 1))
    var results: [AblationResult.Target] = []
    for (index, target) in targets.enumerated() {
      let after =
        target.continuation.isEmpty
        ? try decoder.value(
          of: target.terms(tokenCount: tokenCount), outputs: shared.outputs, from: first)
        : try changed.value(of: target, cancellation: cancellation)
      results.append(
        AblationResult.Target(
          before: try plain.value(of: target, cancellation: cancellation),
          reconstruction: try reconstruction(of: target, by: rebuilt, cancellation: cancellation),
          after: after))
      progress(Double(index + 2) / Double(targets.count + 1))
    }
    let before = try logits(at: last)
    let after = try decoder.logits(
      shared.outputs.slice(rows: last - first..<last - first + 1)
    ).row(0)
    if after.contains(where: { !$0.isFinite }) {
      throw InterpretationError.nonFinite("a logit of the changed run")
    }
    return AblationResult(
      targets: results, topChanges: largestChanges(from: before, to: after, count: topChanges),
      divergence: Interpretation.divergence(before, from: after), receipts: shared.receipts)
  }

  /// The target on the reconstructed residual, which no intervention changes: known from an
  /// earlier question or measured.
  private func reconstruction(
    of target: AttributionTarget, by run: SplicedRun, cancellation: Cancellation
  ) throws -> Float {
    if let known = reconstructions[run.chain.names]?[target] { return known }
    let value = try run.value(of: target, cancellation: cancellation)
    reconstructions[run.chain.names, default: [:]][target] = value
    return value
  }
}

/// One way of running a context: with some interventions and a splice.
private struct SplicedRun {
  let context: ResidentContext
  let chain: SpliceChain

  func outputs(
    continuation: [Int], rows: Range<Int>, cancellation: Cancellation
  ) throws -> (outputs: Matrix, receipts: [InterventionReceipt]) {
    try chain.outputs(
      on: context, continuation: continuation, rows: rows, cancellation: cancellation)
  }

  func value(of target: AttributionTarget, cancellation: Cancellation) throws -> Float {
    let terms = target.terms(tokenCount: context.tokenCount)
    let (outputs, _) = try outputs(
      continuation: target.continuation, rows: terms.rows, cancellation: cancellation)
    return try context.decoder.value(of: terms, outputs: outputs, from: terms.rows.lowerBound)
  }
}

/// The tokens whose probability moved most.
private func largestChanges(
  from before: [Float], to after: [Float], count: Int
) -> [AblationResult.TokenChange] {
  let (p, q) = (softmax(before), softmax(after))
  return DescendingPlaces(zip(p, q).map { abs($1 - $0) }).prefix(count).map {
    .init(token: $0, before: p[$0], after: q[$0])
  }
}
