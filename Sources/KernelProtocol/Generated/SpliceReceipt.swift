// Written by protocol/generator from protocol/openrpc.json.

/// What was really done of one of several autoencoders.
package struct SpliceReceipt: Codable, Sendable, Equatable {
  package var sae: String
  /// Forward passes in which its changes changed the stream.
  package var steps: Int
  /// Positions at which they did.
  package var positions: Int
  /// Mean length of decode(z′) − decode(z) over these positions, z being its code there; 0 where
  /// there are none.
  package var meanNorm: Double
  /// Activations, each of a latent at a position, that were asked for and that top-k left out.
  package var dropped: Int

  package init(sae: String, steps: Int, positions: Int, meanNorm: Double, dropped: Int) {
    self.sae = sae
    self.steps = steps
    self.positions = positions
    self.meanNorm = meanNorm
    self.dropped = dropped
  }
}
