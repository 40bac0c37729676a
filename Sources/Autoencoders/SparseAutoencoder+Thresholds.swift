import Tensors

extension SparseAutoencoder {
  /// The mean number of active latents of a row beyond which a code is refused: one that is not
  /// sparse belongs to another site or model, and would fill the memory.
  static let mostActive = 4_096

  /// The code where each latent is judged by itself: all pre-activations above `thresholds` [M],
  /// from float32 products, made in tiles of latents and never held whole.
  func code(
    of centered: Matrix, above thresholds: [Float], cancellation: Cancellation, tileElements: Int
  ) throws -> SparseCode {
    let product = TiledProduct(centered, encoder, bias: encoderBias, compute: compute)
    var active = [[(latent: Int, value: Float)]](repeating: [], count: centered.rows)
    let most = centered.rows * min(latentCount, Self.mostActive)
    var (count, tile) = (0, Matrix(rows: 0, columns: 0))
    for range in tiles(rows: centered.rows, elements: tileElements) {
      try cancellation.check()
      product.write(range, to: &tile)
      if let place = tile.firstNonFinite() {
        throw AutoencoderError.notFinite(
          what: "the pre-activation", row: place.row, column: range.lowerBound + place.column)
      }
      for row in 0..<centered.rows {
        let known = active[row].count
        tile.collect(row, above: thresholds, firstColumn: range.lowerBound, into: &active[row])
        count += active[row].count - known
        guard count <= most else {
          throw AutoencoderError.value(
            what: "the mean number of active latents of a token",
            found: "more than \(Self.mostActive)", expected: "a sparse code")
        }
      }
    }
    var code = SparseCode(latentCount: latentCount)
    for entries in active { code.appendRow(entries) }
    return code
  }
}

extension Matrix {
  /// Adds what of a row exceeds the thresholds from `firstColumn` on.
  fileprivate func collect(
    _ row: Int, above thresholds: [Float], firstColumn: Int,
    into entries: inout [(latent: Int, value: Float)]
  ) {
    withSpan { span in
      for column in 0..<columns {
        let value = span[row * columns + column]
        if value > thresholds[firstColumn + column] {
          entries.append((firstColumn + column, value))
        }
      }
    }
  }
}
