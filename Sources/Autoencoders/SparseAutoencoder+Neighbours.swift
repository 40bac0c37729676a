package import Tensors

/// Another latent and the cosine of the angle between its decoder row and the one asked about.
package struct LatentNeighbour: Sendable, Equatable {
  package let latent: Int
  package let cosine: Float
}

extension SparseAutoencoder {
  /// Of the decoder, between two looks at a cancellation: some milliseconds of reading.
  private static let comparedElements = 1 << 25

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
    var cosines = [Float](repeating: -.infinity, count: latentCount)
    let tileRows = max(1, Self.comparedElements / outputSize)
    for first in stride(from: 0, to: latentCount, by: tileRows) {
      try cancellation.check()
      let tile = decoder.slice(rows: first..<min(latentCount, first + tileRows))
      let found = tile.compared(with: direction.row(0), team: compute.team, path: compute.path)
      for (row, dot) in found.dots.enumerated() where first + row != latent {
        let cosine = dot / max(found.squares[row].squareRoot() * length, .leastNormalMagnitude)
        if cosine.isFinite { cosines[first + row] = cosine }
      }
    }
    return DescendingPlaces(cosines).prefix(count).prefix { cosines[$0].isFinite }.map {
      LatentNeighbour(latent: $0, cosine: cosines[$0])
    }
  }

  /// The products of all rows of two matrices `[n, D]` and `[m, D]`: `[n, m]`, in float32.
  package func dots(_ rows: Matrix, _ others: Matrix) -> Matrix {
    product(rows, others, transposeB: true, team: compute.team)
  }
}
