/// What a set of interventions did to the residual stream.
package struct InterventionReceipt: Sendable, Equatable {
  /// Forward passes in which the residual was changed somewhere.
  package var passes = 0
  /// Positions at which the residual was changed. The error term that a splice drops is no change.
  package var positions = 0
  /// Sum over those positions of the length of the change in the residual stream: of
  /// decode(z′) − decode(z), projected where what is made is.
  package var normSum: Double = 0
  /// Changed activations that taking top-k again dropped.
  package var dropped = 0

  package init() {}

  /// The sums of several autoencoders' in the same run, `passes` of whose passes changed something;
  /// a position counts once for each that changed it.
  init(adding receipts: [InterventionReceipt], passes: Int) {
    self.passes = passes
    positions = receipts.reduce(0) { $0 + $1.positions }
    normSum = receipts.reduce(0) { $0 + $1.normSum }
    dropped = receipts.reduce(0) { $0 + $1.dropped }
  }

  /// Mean length of the change over the changed positions.
  package var meanNorm: Double { positions == 0 ? 0 : normSum / Double(positions) }
}
