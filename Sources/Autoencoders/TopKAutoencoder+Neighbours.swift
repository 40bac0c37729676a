package import Tensors

/// A latent whose decoder row points where another's does.
package struct LatentNeighbour: Sendable, Equatable {
  package let latent: Int
  /// Cosine of the two decoder rows.
  package let cosine: Float
}

extension TopKAutoencoder {
  /// Decoder rows compared at once.
  private static let neighbourTile = 8192

  /// The latents whose decoder rows have the largest cosine with one's, nearest first; rows of length zero
  /// have none.
  package func neighbours(
    ofLatent latent: Int, count: Int, cancellation: Cancellation = .never
  ) throws -> [LatentNeighbour] {
    let row = try decoderRows([latent])
    let length = row.length(ofRow: 0)
    guard length > 0 else { return [] }
    var best: [LatentNeighbour] = []
    for first in stride(from: 0, to: latents, by: Self.neighbourTile) {
      try cancellation.check()
      let range = first..<min(latents, first + Self.neighbourTile)
      let tile = decoder.slice(rows: range).floats()
      let dots = product(row, tile, transposeB: true)
      let found = range.compactMap { other -> LatentNeighbour? in
        let norm = tile.length(ofRow: other - first)
        guard other != latent, norm > 0 else { return nil }
        return LatentNeighbour(
          latent: other, cosine: dots[0, other - first] / (length * norm))
      }
      best = Array(
        (best + found).sorted { ($0.cosine, $1.latent) > ($1.cosine, $0.latent) }.prefix(count))
    }
    return best
  }
}

extension Matrix {
  /// ‖row‖₂.
  fileprivate func length(ofRow row: Int) -> Float {
    dot(row: row, with: self.row(row)).squareRoot()
  }
}
