/// What to attribute, and how.
package struct AttributionQuestion: Sendable {
  package enum Method: Sendable, Equatable {
    /// The gradient at the run itself.
    case gradient
    /// The gradient averaged over this many points between the region's latents at zero and as they are.
    case integratedGradients(steps: Int)
    /// The fall measured by running the rest of the model again.
    case ablation
  }
  package enum Aggregate: Sendable { case none, feature, token, part }

  package var target: AttributionTarget
  package var method: Method
  /// Positions whose features are scored, ascending; nil for all.
  package var positions: [Range<Int>]?
  package var topK: Int
  package var aggregate: Aggregate
  package var splice: Splice
  /// How many of the highest scores to measure by exact ablation.
  package var verify: Int
  /// The most runs exact ablation makes; candidates beyond it with the smallest gradient scores are not
  /// measured, and the result says how many were.
  package var ablationLimit: Int

  package init(
    target: AttributionTarget, method: Method = .gradient, positions: [Range<Int>]? = nil,
    topK: Int = 20,
    aggregate: Aggregate = .none, splice: Splice = Splice(), verify: Int = 0,
    ablationLimit: Int = 4096
  ) {
    self.target = target
    self.method = method
    self.positions = positions
    self.topK = topK
    self.aggregate = aggregate
    self.splice = splice
    self.verify = verify
    self.ablationLimit = ablationLimit
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
  }
}
