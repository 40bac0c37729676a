import Checkpoints

/// A place in a decoder where the residual stream `[T, D]` can be read, changed or replaced.
///
/// A closed set: a range of blocks is split at a site, so the forward pass needs no hooks.
package enum Site: Hashable, Sendable, CustomStringConvertible {
  /// The output of the block with this index, from 0 (Hugging Face's `hidden_states[index + 1]`).
  case residualPost(Int)

  /// Reads every name that `SiteName` knows for a block's output. Anything else is nil, never
  /// guessed.
  package init?(name: String) {
    guard let block = SiteName.block(ofOutput: name) else { return nil }
    self = .residualPost(block)
  }

  /// The canonical name, `resid_post.24`.
  package var name: String { SiteName.ofOutput(block: block) }

  /// The index of the block whose output this is.
  package var block: Int {
    switch self {
    case .residualPost(let block): block
    }
  }

  package var description: String { name }
}
