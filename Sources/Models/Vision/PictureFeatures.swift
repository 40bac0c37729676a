package import Tensors

/// What a picture's tokens are to the decoder.
package struct PictureFeatures: Sendable {
  /// The rows that take the place of its tokens' embeddings, `[tokens, D]`.
  package let embeddings: Matrix
  /// What is added to them behind the decoder's blocks 0, 1, …, `[tokens, D]` each; empty but in
  /// families that do so.
  package let behindBlocks: [Matrix]

  package init(_ embeddings: Matrix, behindBlocks: [Matrix] = []) {
    precondition(behindBlocks.allSatisfy { $0.rows == embeddings.rows }, "rows of other tokens")
    self.embeddings = embeddings
    self.behindBlocks = behindBlocks
  }
}
