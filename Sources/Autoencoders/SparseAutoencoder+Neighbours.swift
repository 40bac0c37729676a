package import Tensors

/// Another latent and the cosine of the angle between its decoder row and the one asked about.
package struct LatentNeighbour: Sendable, Equatable {
  package let latent: Int
  package let cosine: Float
}

extension SparseAutoencoder {
  /// The latents whose decoder rows lie closest to that of `latent`, by falling cosine, equal ones
  /// by rising latent; at most `count`, itself not among them.
  ///
  /// Reads the whole decoder in tiles; `cancellation` is seen between them.
  package func neighbours(
    of latent: Int, count: Int, cancellation: Cancellation = .never
  ) throws -> [LatentNeighbour] {
    try check(latents: [latent])
    guard count > 0 else { return [] }
    let direction = decoder.gather(rows: [latent])
    let length = Float(direction.sumOfSquares().squareRoot())
    var found: [LatentNeighbour] = []
    let tileRows = max(1, (4 << 20) / outputSize)
    for first in stride(from: 0, to: latentCount, by: tileRows) {
      try cancellation.check()
      let tile = decoder.slice(rows: first..<min(latentCount, first + tileRows)).floats()
      let dots = product(direction, tile, transposeB: true, team: compute.team)
      let lengths = tile.rowNorms()
      for row in 0..<tile.rows where first + row != latent {
        let cosine = dots[0, row] / max(lengths[row] * length, .leastNormalMagnitude)
        if cosine.isFinite { found.append(.init(latent: first + row, cosine: cosine)) }
      }
      found.sort { ($1.cosine, $0.latent) < ($0.cosine, $1.latent) }
      found.removeLast(max(0, found.count - count))
    }
    return found
  }

  /// The products of all rows of two matrices `[n, D]` and `[m, D]`: `[n, m]`, in float32.
  package func dots(_ rows: Matrix, _ others: Matrix) -> Matrix {
    product(rows, others, transposeB: true, team: compute.team)
  }
}
