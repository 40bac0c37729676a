import Tensors

extension SparseAutoencoder {
  /// What so many rows are searched with; nil where float32 products of everything are no slower.
  func searching(rows: Int) -> Compute? { rows >= rounding.fewestRows ? searchCompute : nil }

  /// The code from a rounded product, whose error is bounded, and float32 products of the
  /// latents that may be active: the one of `sortedCode`, bit for bit.
  ///
  /// Rows with too many such latents are left to `sortedCode`.
  /// - Returns: nil where products are to be float32, or no bound holds.
  func searchCode(
    of centered: Matrix, changing changes: [LatentChange], cancellation: Cancellation,
    tileElements: Int
  ) throws -> (code: SparseCode, changed: ChangedLatents)? {
    guard let searchCompute = searching(rows: centered.rows) else { return nil }
    let rounded = try roundedEncoder.value(encoder, to: rounding, searchCompute, cancellation)
    guard
      var search = CandidateSearch(
        centered, encoder, bias: encoderBias, rounded: rounded, k: k, compute: compute)
    else { return nil }
    var changed = try changedLatents(centered, changes)
    var excluded = changed.rows.flatMap { row, values in
      values.keys.map { (row: row, column: $0) }
    }
    excluded.sort { $0.column > $1.column }
    for range in tiles(rows: centered.rows, elements: tileElements) {
      try cancellation.check()
      let here = excluded.reversed().prefix { $0.column < range.upperBound }
      search.look(at: range, excluding: Array(here))
      excluded.removeLast(here.count)
    }
    try search.computeCandidates(cancellation: cancellation)
    let fullRows = (0..<centered.rows).filter { search.isFull(row: $0) }
    let rest = try sortedCode(
      of: centered.gather(rows: fullRows), changing: changes.map { $0.restricted(to: fullRows) },
      cancellation: cancellation, tileElements: tileElements)
    changed.merge(rest.changed, rows: fullRows)
    return (code(search, changed, fullRows: fullRows, rest.code), changed)
  }

  private func code(
    _ search: CandidateSearch, _ changed: ChangedLatents, fullRows: [Int], _ rest: SparseCode
  ) -> SparseCode {
    var code = SparseCode(latentCount: latentCount)
    var next = 0
    for row in 0..<search.rows {
      if next < fullRows.count, fullRows[next] == row {
        let (indices, values) = rest.row(next)
        code.appendSorted(indices: indices, values: values)
        next += 1
        continue
      }
      let others = changed.rows[row]?.map { (column: $0, value: $1) } ?? []
      let (indices, values) = search.largest(row: row, among: others)
      code.appendSorted(indices: indices, values: values)
    }
    return code
  }

  /// The changed pre-activations, from float32 products of these latents.
  func changedLatents(
    _ centered: Matrix, _ changes: [LatentChange]
  ) throws -> ChangedLatents {
    var changed = ChangedLatents(isSigned: activation.isSigned)
    for latent in Set(changes.map(\.latent)).sorted() {
      let changes = changes.filter { $0.latent == latent }
      let rows = Set(changes.flatMap(\.distinctRows)).sorted()
      let layer = Linear(
        encoder.slice(rows: latent..<latent + 1), bias: [encoderBias[latent]], compute: compute)
      let column = layer(centered.gather(rows: rows))
      for change in changes {
        let wanted = Set(change.distinctRows)
        for (index, row) in rows.enumerated() where wanted.contains(row) {
          let value = changed.rows[row]?[latent] ?? column[index, 0]
          _ = try changed.apply(change, row: row, to: value)
        }
      }
    }
    return changed
  }
}

extension Matrix {
  /// Copies of some rows.
  func gather(rows names: [Int]) -> Matrix {
    var result = Matrix(rows: names.count, columns: columns)
    for (index, name) in names.enumerated() { result.setRow(index, row(name)) }
    return result
  }
}
