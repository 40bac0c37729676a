import Models
import Tensors

/// A forward pass above a site with what its pullback needs, kept so that another target at the same
/// position costs one pullback.
struct SavedRun {
  /// What the pass ran on.
  struct Key: Equatable {
    let autoencoder: String
    let errorTerm: Splice.ErrorTerm
    let rows: Int
    let continuation: [Int]
  }
  let key: Key
  let forward: SavedForward

  var byteCount: Int { forward.byteCount }
}
