package import Models

/// What to attribute, and how.
package struct AttributionQuestion: Sendable {
  package enum Method: Sendable, Equatable {
    /// Activation times gradient at the run itself.
    case gradient
    /// The same with norms' scales held constant on the way back.
    case heldNorms
    /// Activation times the conserving pullback: the shares of everything at
    /// the site add up to a logit.
    case relevance
    /// The gradient averaged over this many points between the region's latents
    /// at zero and as they are.
    case integratedGradients(steps: Int)
    /// The fall measured by running the rest of the model again.
    case ablation

    /// What counts as a constant on the way back; for exact ablation, when candidates are chosen.
    package var rule: PullbackRule {
      switch self {
      case .gradient, .integratedGradients, .ablation: .derivative
      case .heldNorms: .heldNorms
      case .relevance: .conserving
      }
    }

    /// Whether one pullback from the run itself gives the scores.
    package var isOnePullback: Bool {
      switch self {
      case .gradient, .heldNorms, .relevance: true
      case .integratedGradients, .ablation: false
      }
    }
  }
  package enum Aggregate: Sendable { case none, feature, token }

  package var target: AttributionTarget
  package var method: Method
  /// Positions whose features are scored, ascending; nil for all.
  package var positions: [Range<Int>]?
  package var topK: Int
  package var aggregate: Aggregate
  package var splice: Splice
  /// n of the verification: the n strongest scores, the n strongest of a second method and n others
  /// drawn at random are measured by exact ablation. 0 for none.
  package var verify: Int
  /// Of what is drawn at random.
  package var seed: UInt64
  /// Whether each listed item's score is told for every term of the target, too.
  package var byTerm: Bool
  /// The most runs exact ablation makes; candidates beyond it with the smallest gradient scores are
  /// not measured, and the result says how many were.
  package var ablationLimit: Int

  package init(
    target: AttributionTarget, method: Method = .gradient, positions: [Range<Int>]? = nil,
    topK: Int = 20, aggregate: Aggregate = .none, splice: Splice = Splice(), verify: Int = 0,
    seed: UInt64 = 0, byTerm: Bool = false, ablationLimit: Int = 4096
  ) {
    self.target = target
    self.method = method
    self.positions = positions
    self.topK = topK
    self.aggregate = aggregate
    self.splice = splice
    self.verify = verify
    self.seed = seed
    self.byTerm = byTerm
    self.ablationLimit = ablationLimit
  }

  /// Refuses a method that has no way back to a site.
  private func check(site: AutoencoderSite) throws(InterpretationError) {
    guard method == .relevance, site.towerLayer != nil else { return }
    throw .badValue(
      "method is relevance, which has no rule for the layers of a vision tower, and the "
        + "autoencoder is of \(site.name): use gradient, heldNorms, integratedGradients or ablation"
    )
  }

  /// Refuses autoencoders that cannot be asked together, or not so.
  func check(asking autoencoders: [LoadedAutoencoder]) throws(InterpretationError) {
    precondition(!autoencoders.isEmpty, "an attribution without an autoencoder")
    try autoencoders.checkDistinct()
    for autoencoder in autoencoders { try check(site: autoencoder.site) }
    guard autoencoders.count > 1 else { return }
    let names = autoencoders.map { "\"\($0.name)\"" }.joined(separator: ", ")
    if splice.errorTerm == .drop {
      throw .badValue(
        "errorTerm is drop for \(names): without its error term each autoencoder makes a run of "
          + "its own, so the gradients of several are not of one run. Keep the error terms, or ask "
          + "about one at a time")
    }
    if case .integratedGradients = method {
      throw .badValue(
        "integratedGradients of \(names): each autoencoder's latents go a way of their own from "
          + "zero, on which those of a higher site move, too. Ask about one at a time")
    }
  }

  /// Refuses positions outside the context and counts without a meaning.
  func check(tokenCount: Int) throws(InterpretationError) {
    for range in positions ?? [] where range.lowerBound < 0 || range.upperBound > tokenCount {
      let outside = range.lowerBound < 0 ? range.lowerBound : range.upperBound - 1
      throw .positionOutOfRange(position: outside, tokenCount: tokenCount)
    }
    if case .integratedGradients(let steps) = method, !(1...10_000).contains(steps) {
      throw .badValue("steps is \(steps), expected 1 to 10000")
    }
    for (name, count) in [("topK", topK), ("verify", verify), ("ablationLimit", ablationLimit)]
    where count < 0 {
      throw .badValue("\(name) is \(count), expected 0 or more")
    }
    if byTerm, !method.isOnePullback {
      throw .badValue(
        "a table of tokens and features needs a method with a single backward pass: gradient, "
          + "heldNorms or relevance"
      )
    }
  }
}
