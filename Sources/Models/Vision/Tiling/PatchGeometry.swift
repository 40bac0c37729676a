package import Images

/// How a tiled picture is cut into patches, and which of them become tokens.
///
/// The order of the tokens is that of `pack_image_features` of transformers 5.24: the base tile's
/// patches row by row, then, row by row, the canvas's patches without the padding, each row closed
/// by a newline token. Of more patches than `mostTiles` tiles have, fewer cells are interpolated.
package struct PatchGeometry: Sendable, Equatable {
  package let pictureWidth: Int
  package let pictureHeight: Int
  /// Side of a tile in pixels.
  package let tileSide: Int
  /// Side of a patch in pixels.
  package let patchSide: Int
  /// Patches along a tile's side. A remainder of the tile's pixels is seen by none.
  package let patchesPerSide: Int
  /// nil for a picture of the base tile alone.
  package let tiling: TilingGeometry?
  /// Rows of canvas patches that are kept, counted with the padding. Can be empty for an extreme
  /// picture.
  package let keptRows: Range<Int>
  /// Columns of canvas patches that are kept, counted with the padding. Can be empty for an extreme
  /// picture.
  package let keptColumns: Range<Int>
  /// Rows of the canvas's cells that become tokens: as many as are kept, or fewer.
  package let cellRows: Int
  /// Columns of the canvas's cells that become tokens.
  package let cellColumns: Int

  /// - Parameter mostTiles: N of `anyres_max_N`; nil where all patches that are kept become tokens.
  /// - Throws: `ImageError.invalidConfiguration` when a patch is larger than a tile, or when a
  ///   canvas is so long that no row or column of its cells would be left; `.empty` for a picture
  ///   without pixels.
  package init(
    pictureWidth: Int, pictureHeight: Int, tileSide: Int, patchSide: Int, tiling: TilingGeometry?,
    mostTiles: Int? = nil
  ) throws(ImageError) {
    guard pictureWidth > 0, pictureHeight > 0 else {
      throw .empty(width: pictureWidth, height: pictureHeight)
    }
    guard patchSide > 0, tileSide >= patchSide else {
      throw .invalidConfiguration(
        field: "patch_size", found: "\(patchSide)", expected: "1 to the tile's side, \(tileSide)")
    }
    self.pictureWidth = pictureWidth
    self.pictureHeight = pictureHeight
    self.tileSide = tileSide
    self.patchSide = patchSide
    self.tiling = tiling
    let patchesPerSide = tileSide / patchSide
    self.patchesPerSide = patchesPerSide
    let rows = (tiling?.tileRows ?? 0) * patchesPerSide
    let columns = (tiling?.tileColumns ?? 0) * patchesPerSide
    (keptRows, keptColumns) = Self.unpadded(
      rows: rows, columns: columns, width: pictureWidth, height: pictureHeight)
    (cellRows, cellColumns) = try Self.shrunk(
      rows: keptRows.count, columns: keptColumns.count,
      most: mostTiles.map { $0 * patchesPerSide * patchesPerSide })
  }

  /// Drops as many patches on both sides as the picture's shape says are padding (transformers,
  /// `unpad_image`).
  private static func unpadded(
    rows: Int, columns: Int, width: Int, height: Int
  ) -> (rows: Range<Int>, columns: Range<Int>) {
    guard rows > 0, columns > 0 else { return (0..<0, 0..<0) }
    if Double(width) / Double(height) > Double(columns) / Double(rows) {
      let kept = truncatedAfterRounding(Double(height) * (Double(columns) / Double(width)))
      let padding = (rows - kept) / 2
      return (padding..<(rows - padding), 0..<columns)
    }
    let kept = truncatedAfterRounding(Double(width) * (Double(rows) / Double(height)))
    let padding = (columns - kept) / 2
    return (0..<rows, padding..<(columns - padding))
  }

  /// Python's `int(round(x, 7))`: the integer below, unless seven decimals reach the next one.
  private static func truncatedAfterRounding(_ value: Double) -> Int {
    let below = value.rounded(.down)
    return Int(below) + (1 - (value - below) < 5e-8 ? 1 : 0)
  }

  /// Both sides in proportion, where there are more than 1.1² times `most` cells
  /// (`pack_image_features` of LLaVA-OneVision).
  private static func shrunk(
    rows: Int, columns: Int, most: Int?
  ) throws(ImageError) -> (rows: Int, columns: Int) {
    guard let most, most > 0 else { return (rows, columns) }
    let ratio = (Double(rows * columns) / Double(most)).squareRoot()
    guard ratio > 1.1 else { return (rows, columns) }
    let shrunk = (floorDivision(Double(rows), ratio), floorDivision(Double(columns), ratio))
    guard shrunk.0 > 0, shrunk.1 > 0 else {
      throw .invalidConfiguration(
        field: "image_grid_pinpoints", found: "a canvas of \(rows) by \(columns) patches",
        expected: "one that \(most) cells in the same proportion leave a row and a column of")
    }
    return shrunk
  }

  /// Python's `a // b` of positive numbers, whose quotient may round up to an integer it is below.
  private static func floorDivision(_ value: Double, _ divisor: Double) -> Int {
    let rest = value.truncatingRemainder(dividingBy: divisor)
    return Int(((value - rest) / divisor).rounded())
  }
}

// MARK: - Tokens and pixels

extension PatchGeometry {
  /// The views `base` and, on a canvas, `tiles`. A picture without a canvas ends in one newline
  /// token of no view.
  package var layout: PictureLayout {
    let base = PictureView(
      name: TiledView.base, rowAxis: baseAxis(pictureHeight),
      columnAxis: baseAxis(pictureWidth), firstToken: 0)
    guard let tiling else {
      return PictureLayout(
        pictureWidth: pictureWidth, pictureHeight: pictureHeight, views: [base],
        tokenCount: base.tokens.count + 1)
    }
    let tiles = PictureView(
      name: TiledView.tiles,
      rowAxis: canvasAxis(
        keptRows, cells: cellRows, side: pictureHeight, resized: tiling.resizedHeight,
        padding: tiling.top),
      columnAxis: canvasAxis(
        keptColumns, cells: cellColumns, side: pictureWidth, resized: tiling.resizedWidth,
        padding: tiling.left),
      firstToken: base.tokens.upperBound, separatorsPerRow: 1)
    return PictureLayout(
      pictureWidth: pictureWidth, pictureHeight: pictureHeight, views: [base, tiles],
      tokenCount: tiles.tokens.upperBound)
  }

  /// The base tile's patches along a side of the picture, which is squeezed into the tile.
  private func baseAxis(_ side: Int) -> CellAxis {
    CellAxis(
      count: patchesPerSide, scale: Double(side) * Double(patchSide) / Double(tileSide))
  }

  /// The canvas's cells along a side of the picture, which fills `resized` pixels of it behind
  /// `padding`. Tiles can end in pixels that no patch covers.
  private func canvasAxis(
    _ kept: Range<Int>, cells: Int, side: Int, resized: Int, padding: Int
  ) -> CellAxis {
    CellAxis(
      count: cells, sources: kept.count, first: kept.lowerBound, cell: Double(patchSide),
      start: Double(-padding), run: patchesPerSide,
      gap: Double(tileSide - patchesPerSide * patchSide), scale: Double(side) / Double(resized))
  }
}

extension TilingRule {
  /// Where a picture of this size lies on its canvas; nil without pinpoints.
  func tiling(pictureWidth: Int, pictureHeight: Int) -> TilingGeometry? {
    TilingGeometry(
      pictureWidth: pictureWidth, pictureHeight: pictureHeight, pinpoints: pinpoints,
      tileSide: tileSide)
  }

  /// The patches of a picture of this size. Throws `ImageError` as `PatchGeometry`.
  package func geometry(pictureWidth: Int, pictureHeight: Int) throws(ImageError) -> PatchGeometry {
    try PatchGeometry(
      pictureWidth: pictureWidth, pictureHeight: pictureHeight, tileSide: tileSide,
      patchSide: patchSide,
      tiling: tiling(pictureWidth: pictureWidth, pictureHeight: pictureHeight),
      mostTiles: mostTiles)
  }

  /// How a picture becomes tokens that is padded to a square and brought to one tile: the view
  /// `base` and one newline token. Throws `ImageError.empty` for a picture without pixels.
  package func paddedLayout(
    pictureWidth: Int, pictureHeight: Int
  ) throws(ImageError) -> PictureLayout {
    guard pictureWidth > 0, pictureHeight > 0 else {
      throw .empty(width: pictureWidth, height: pictureHeight)
    }
    let square = max(pictureWidth, pictureHeight)
    let scale = Double(square) / Double(tileSide)
    func axis(_ side: Int) -> CellAxis {
      CellAxis(
        count: patchesPerSide, cell: Double(patchSide),
        start: -Double((square - side) / 2) / scale, scale: scale)
    }
    let base = PictureView(
      name: TiledView.base, rowAxis: axis(pictureHeight), columnAxis: axis(pictureWidth),
      firstToken: 0)
    return PictureLayout(
      pictureWidth: pictureWidth, pictureHeight: pictureHeight, views: [base],
      tokenCount: base.tokens.count + 1)
  }
}
