import Models
import Tensors

/// A forward pass above a site that is not the context's own, with what its pullback needs, kept so
/// that another target at the same positions costs one pullback.
struct SavedRun {
  /// What the pass ran on.
  struct Key: Equatable {
    let autoencoder: String
    let errorTerm: Splice.ErrorTerm
    /// The rows of the last block that were computed.
    let rows: Range<Int>
    let continuation: [Int]
  }
  let key: Key
  let forward: SavedForward

  var byteCount: Int { forward.byteCount }
}
