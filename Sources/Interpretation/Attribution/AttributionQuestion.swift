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
    target: AttributionTarget, method: Method = .gradient, positions: [Range<Int>]? = nil, topK: Int = 20,
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
}
