package import Checkpoints

/// A tensor `[T, …]` in a block of a decoder that can be read: one of a closed set.
///
/// The residual stream can be changed or replaced, too, where a `StreamPoint` splits a run: the
/// forward pass needs no hooks.
package struct Site: Hashable, Sendable, CustomStringConvertible {
  package let place: BlockPlace
  /// The block's index, from 0.
  package let block: Int

  /// What comes into a block above the first is the output of the one below: a tensor has one name.
  package init(_ place: BlockPlace, block: Int) {
    precondition(place.isTensor, "a module, not a tensor: \(place)")
    let isOutput = place == .residualPre && block > 0
    self.place = isOutput ? .residualPost : place
    self.block = isOutput ? block - 1 : block
  }

  /// The output of a block (Hugging Face's `hidden_states[block + 1]`).
  package static func residualPost(_ block: Int) -> Site { Site(.residualPost, block: block) }

  /// Reads every name that `SiteName` knows for a tensor of one meaning. Anything else is nil,
  /// never guessed.
  package init?(name: String) {
    guard case .place(let place, let block) = SiteName(name), place.isOfOneMeaning else {
      return nil
    }
    self.init(place, block: block)
  }

  /// The residual stream at a point.
  package init(_ point: StreamPoint) {
    if point.isMiddle {
      self.init(.residualMid, block: point.block)
    } else {
      self.init(.residualPre, block: point.block)
    }
  }

  /// The same place of another block, the first's input counting as the output of one below it;
  /// nil where there is none.
  package func moved(by step: Int, blockCount: Int) -> Site? {
    let own = place == .residualPre ? -1 : block
    let isStream = place == .residualPre || place == .residualPost
    let (moved, first) = (own + step, isStream ? -1 : 0)
    guard (first..<blockCount).contains(moved) else { return nil }
    if moved == -1 { return Site(.residualPre, block: 0) }
    return Site(isStream ? .residualPost : place, block: moved)
  }

  /// The canonical name, `resid_post.24`.
  package var name: String { SiteName.canonical(place, block: block) }

  package var description: String { name }

  /// The point of the residual stream whose tensor it is; nil for what is inside a half of a block.
  package var stream: StreamPoint? {
    switch place {
    case .residualPre: .input(of: block)
    case .residualMid: .middle(of: block)
    case .residualPost: .output(of: block)
    default: nil
    }
  }

  /// The first point of the residual stream that a run reaches after it has met the tensor; where
  /// the tensor is added to the stream, or is it, the point at which a change of it shows.
  package var point: StreamPoint {
    switch place {
    case .residualPre: .input(of: block)
    case .attentionHeads, .attentionModule, .attentionOut, .residualMid, .postAttentionNorm:
      .middle(of: block)
    case .feedForwardNormed, .feedForwardIn, .feedForwardModule, .feedForwardOut, .residualPost:
      .output(of: block)
    }
  }
}

extension Site {
  /// Whether a change of it is one of the residual stream at `point`: it is the stream there, is
  /// added to it, or is projected or normed to what is.
  package var isAdded: Bool {
    switch place {
    case .feedForwardNormed, .feedForwardIn, .postAttentionNorm: false
    case .residualPre, .attentionHeads, .attentionModule, .attentionOut, .residualMid,
      .feedForwardModule, .feedForwardOut, .residualPost:
      true
    }
  }

  /// The point of the residual stream from which the half of a block runs that makes it.
  package var start: StreamPoint {
    switch place {
    case .residualPre, .attentionHeads, .attentionModule, .attentionOut, .residualMid,
      .postAttentionNorm:
      .input(of: block)
    case .feedForwardNormed, .feedForwardIn, .feedForwardModule, .feedForwardOut, .residualPost:
      .middle(of: block)
    }
  }
}

extension Site: Comparable {
  /// In the order in which a run meets them.
  package static func < (a: Site, b: Site) -> Bool { a.order < b.order }

  private var order: [Int] { [block, BlockPlace.allCases.firstIndex(of: place) ?? 0] }
}

extension [Int] {
  fileprivate static func < (a: [Int], b: [Int]) -> Bool { a.lexicographicallyPrecedes(b) }
}
