/// A place where a latent is active that is among the best of a ranking.
package struct Exemplar: Sendable, Hashable {
  package var latent: Int
  package var view: IndexView
  package var ranking: IndexRanking
  /// The item's number in its index, from 0.
  package var item: Int
  /// The number of the text span in its item, from 0; 0 for pictures.
  package var span: Int
  package var score: Float

  package init(
    latent: Int, view: IndexView, ranking: IndexRanking, item: Int, span: Int, score: Float
  ) {
    self.latent = latent
    self.view = view
    self.ranking = ranking
    self.item = item
    self.span = span
    self.score = score
  }
}

/// Where a latent is active in one view (or text span) of one item.
package struct ActivationMap: Sendable, Hashable {
  /// Positions in the view's grid (row-major) or in the text span, rising.
  package var positions: [UInt16]
  package var values: [Float]

  package init(positions: [UInt16], values: [Float]) {
    self.positions = positions
    self.values = values
  }
}

/// The code of one token of the sample from which co-activation is counted.
package struct SampledToken: Sendable, Hashable {
  /// Mixed from the item's digest, the view and the position: the tokens with the least are kept.
  package var hash: UInt64
  package var latents: [Int32]

  package init(hash: UInt64, latents: [Int32]) {
    self.hash = hash
    self.latents = latents
  }
}
