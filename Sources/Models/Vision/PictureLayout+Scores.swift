package import Images

extension PictureLayout {
  /// One score for each token, in order, as a grid over the picture for each view that has cells.
  /// Tokens without pixels lie nowhere and are left out.
  ///
  /// - Parameter scores: `[tokenCount]`
  /// - Throws: `ImageError.wrongCount` or `.scoreNotFinite`.
  package func scoreGrids(of scores: [Float]) throws(ImageError) -> [ScoreGrid] {
    guard scores.count == tokenCount else {
      throw .wrongCount(of: "scores", found: scores.count, expected: tokenCount)
    }
    var grids: [ScoreGrid] = []
    for view in views {
      guard let region = view.region else { continue }
      grids.append(
        try ScoreGrid(
          rows: view.rows, columns: view.columns, scores: view.cellTokens.map { scores[$0] },
          region: region))
    }
    return grids
  }
}

extension PictureView {
  /// Activations of cells as a grid over the picture.
  ///
  /// - Parameters:
  ///   - positions: cells of the view, counted row by row.
  ///   - values: one for each position.
  /// - Returns: nil for a view without cells.
  /// - Throws: `ImageError.wrongCount` for a position that the view does not have.
  package func activationGrid(
    positions: [Int], values: [Float]
  ) throws(ImageError) -> ScoreGrid? {
    guard let region else { return nil }
    var scores = [Float](repeating: 0, count: rows * columns)
    guard positions.count == values.count else {
      throw .wrongCount(of: "values", found: values.count, expected: positions.count)
    }
    for (position, value) in zip(positions, values) {
      guard scores.indices.contains(position) else {
        throw .wrongCount(of: "patches of the view", found: position + 1, expected: scores.count)
      }
      scores[position] = value
    }
    return try ScoreGrid(rows: rows, columns: columns, scores: scores, region: region)
  }
}
