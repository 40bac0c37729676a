/// How a latent is active over all positions of one view of an index's items.
///
/// Every member is the same in whatever order items are counted, so that shards add up exactly:
/// sums are kept in steps of 2⁻²⁰.
package struct LatentStatistics: Sendable, Hashable {
  /// The positions where it is active.
  package var positions = 0
  /// The items where it is active somewhere.
  package var items = 0
  /// Σ of activations, in steps of 2⁻²⁰.
  package var sum: Int64 = 0
  /// The largest activation; 0 where there is none.
  package var max: Float = 0
  /// The activations by size: `bins` counts, 8 to an octave; see `bin(of:)`.
  package var histogram: [UInt32]

  /// The number of bins: activations from 2⁻⁸ to 2¹², those beyond in the first and the last.
  package static let bins = 160

  package init() {
    histogram = Array(repeating: 0, count: Self.bins)
  }
}
