package import Tensors

/// Where a trainer's batches of activations come from.
package protocol ActivationSource {
  /// D, the width of every batch.
  var inputSize: Int { get }
  /// Numbers from which `move(to:)` can go on so that the same batches follow as would follow now.
  var position: [Int] { get }
  /// The next batch [B, D], B ≥ 2; nil when there are no more.
  mutating func nextBatch() throws -> Matrix?
  /// Goes to a place that `position` named.
  mutating func move(to position: [Int]) throws
}
