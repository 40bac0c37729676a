import Randomness
package import Tensors

/// Batches out of a matrix in memory, for ever: in each epoch the rows come in another order, which
/// the seed and the epoch's number decide. Rows that do not fill a batch sit out the epoch.
package struct MatrixActivationSource: ActivationSource, Sendable {
  private let rows: WeightMatrix
  private let batchSize: Int
  private let seed: UInt64
  private var epoch = 0
  private var offset = 0
  private var order: [Int32]

  package var inputSize: Int { rows.columns }
  package var position: [Int] { [epoch, offset] }

  /// - Parameters:
  ///   - activations: [N, D], kept, not copied.
  ///   - batchSize: B, 2 to N.
  package init(
    _ activations: Matrix, batchSize: Int, seed: UInt64
  ) throws(AutoencoderError) {
    guard batchSize >= 2, batchSize <= activations.rows, activations.rows <= Int(Int32.max) else {
      throw .value(
        what: "the batch size", found: "\(batchSize)",
        expected: "2 to the \(activations.rows) rows of activations")
    }
    self.rows = WeightMatrix(activations)
    self.batchSize = batchSize
    self.seed = seed
    self.order = Self.order(of: activations.rows, seed: seed, epoch: 0)
  }

  package mutating func nextBatch() -> Matrix? {
    if offset + batchSize > order.count {
      epoch += 1
      offset = 0
      order = Self.order(of: order.count, seed: seed, epoch: epoch)
    }
    let batch = rows.gather(rows: order[offset..<offset + batchSize].map(Int.init))
    offset += batchSize
    return batch
  }

  package mutating func move(to position: [Int]) throws(AutoencoderError) {
    guard position.count == 2, position[0] >= 0, (0...order.count).contains(position[1]) else {
      throw .value(
        what: "the position of the activations", found: "\(position)",
        expected: "an epoch and an offset of at most \(order.count)")
    }
    epoch = position[0]
    offset = position[1]
    order = Self.order(of: order.count, seed: seed, epoch: epoch)
  }

  /// Fisher and Yates's shuffle of 0 ..< count.
  private static func order(of count: Int, seed: UInt64, epoch: Int) -> [Int32] {
    var mixer = SplitMix64(seed: seed)
    var generator = SplitMix64(seed: mixer.next() &+ UInt64(truncatingIfNeeded: epoch))
    var order = (0..<Int32(count)).map { $0 }
    for last in stride(from: count - 1, to: 0, by: -1) {
      order.swapAt(last, Int(generator.next(below: UInt64(last + 1))))
    }
    return order
  }
}
