/// A point of the residual stream at which a run can be split: before a block, between its halves,
/// or behind the last block. Points are ordered as a run reaches them.
package struct StreamPoint: Hashable, Comparable, Sendable {
  /// Halves of blocks below it.
  private let halves: Int

  /// What comes into a block; of the block count, what the last one gives.
  package static func input(of block: Int) -> StreamPoint { StreamPoint(halves: 2 * block) }
  /// Between a block's attention and its feed-forward half.
  package static func middle(of block: Int) -> StreamPoint { StreamPoint(halves: 2 * block + 1) }
  /// What a block gives.
  package static func output(of block: Int) -> StreamPoint { input(of: block + 1) }

  private init(halves: Int) {
    precondition(halves >= 0, "no such point")
    self.halves = halves
  }

  /// The block that goes on from here, with its second half where this is its middle.
  package var block: Int { halves / 2 }
  package var isMiddle: Bool { !halves.isMultiple(of: 2) }

  package static func < (a: StreamPoint, b: StreamPoint) -> Bool { a.halves < b.halves }
}

extension Range<StreamPoint> {
  /// Whole blocks.
  package init(blocks: Range<Int>) {
    self = .input(of: blocks.lowerBound)..<(.input(of: blocks.upperBound))
  }

  /// The blocks of which a half lies in it.
  package var blocks: Range<Int> {
    let end = upperBound.isMiddle ? upperBound.block + 1 : upperBound.block
    return isEmpty ? lowerBound.block..<lowerBound.block : lowerBound.block..<end
  }

  /// Those whose first half, the one with keys and values, lies in it.
  package var attentionBlocks: Range<Int> {
    let first = lowerBound.isMiddle ? lowerBound.block + 1 : lowerBound.block
    return first..<Swift.max(first, blocks.upperBound)
  }
}
