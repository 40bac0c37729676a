import Tensors

extension SparseAutoencoder {
  /// The mean number of active latents of a row beyond which a code is refused: one that is not
  /// sparse belongs to another site or model, and would fill the memory.
  static let mostActive = 4_096

  /// The most active latents of some rows together.
  func mostActive(rows: Int) -> Int { rows * min(latentCount, Self.mostActive) }

  /// Room for the latents of a row that may be active; a row with more is left to float32 products.
  static let searchedActive = 1_024

  /// The code where each latent is judged by itself: all pre-activations above `thresholds` [M], as
  /// float32 products have them.
  func code(
    of centered: Matrix, above thresholds: [Float], cancellation: Cancellation, tileElements: Int
  ) throws -> SparseCode {
    let most = mostActive(rows: centered.rows)
    let active =
      try searchedLatents(
        of: centered, above: thresholds, most: most, cancellation: cancellation,
        tileElements: tileElements)
      ?? activeLatents(
        of: centered, above: thresholds, most: most, cancellation: cancellation,
        tileElements: tileElements)
    guard active.reduce(0, { $0 + $1.count }) <= most else { throw Self.notSparse }
    var code = SparseCode(latentCount: latentCount)
    for entries in active { code.appendRow(entries) }
    return code
  }

  static var notSparse: AutoencoderError {
    .value(
      what: "the mean number of active latents of a token", found: "more than \(mostActive)",
      expected: "a sparse code")
  }

  /// From a product in bfloat16, whose error is bounded, and float32 products of the latents that
  /// may be active: those of `activeLatents`, bit for bit.
  /// - Returns: nil where products are to be float32, or no bound holds.
  private func searchedLatents(
    of centered: Matrix, above thresholds: [Float], most: Int, cancellation: Cancellation,
    tileElements: Int
  ) throws -> [[(latent: Int, value: Float)]]? {
    guard let searchCompute = searching(rows: centered.rows) else { return nil }
    let rounded = try roundedEncoder.value(encoder, to: rounding, searchCompute, cancellation)
    guard
      var search = CandidateSearch(
        centered, encoder, bias: encoderBias, above: thresholds, rounded: rounded,
        capacity: Self.searchedActive, compute: compute)
    else { return nil }
    for range in tiles(rows: centered.rows, elements: tileElements) {
      try cancellation.check()
      search.look(at: range)
    }
    try search.computeAll(cancellation: cancellation)
    let fullRows = (0..<centered.rows).filter { search.isFull(row: $0) }
    let rest = try activeLatents(
      of: centered.gather(rows: fullRows), above: thresholds, most: most,
      cancellation: cancellation, tileElements: tileElements)
    var next = rest.makeIterator()
    return (0..<centered.rows).map { row in
      if search.isFull(row: row), let entries = next.next() { return entries }
      return search.elements(row: row).filter { $0.value > thresholds[$0.column] }.map {
        (latent: $0.column, value: $0.value)
      }
    }
  }

  /// By row all pre-activations above `thresholds` [M], from float32 products, made in tiles of
  /// latents and never held whole.
  /// - Parameter most: of all rows together; more are refused.
  func activeLatents(
    of centered: Matrix, above thresholds: [Float], most: Int, cancellation: Cancellation,
    tileElements: Int
  ) throws -> [[(latent: Int, value: Float)]] {
    let product = TiledProduct(centered, encoder, bias: encoderBias, compute: compute)
    var active = [[(latent: Int, value: Float)]](repeating: [], count: centered.rows)
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
        guard count <= most else { throw Self.notSparse }
      }
    }
    return active
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
