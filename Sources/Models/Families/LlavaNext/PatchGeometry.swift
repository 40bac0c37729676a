/// How a picture's patches become image tokens, and which of its pixels each token covers.
///
/// The order is that of LLaVA-NeXT's `pack_image_features`: the base tile's patches row by row, then, row by row,
/// the canvas's patches without the padding, each row closed by a newline token.
package struct PatchGeometry: Sendable, Equatable {
  package let pictureWidth: Int
  package let pictureHeight: Int
  /// Side of a tile in pixels.
  package let tileSide: Int
  /// Side of a patch in pixels.
  package let patchSide: Int
  /// Patches along a tile's side. A remainder of the tile's pixels is seen by none.
  package let patchesPerSide: Int
  package let tiling: TilingGeometry?
  /// Rows of canvas patches that are kept, counted with the padding. Can be empty for an extreme picture.
  package let keptRows: Range<Int>
  /// Columns of canvas patches that are kept, counted with the padding. Can be empty for an extreme picture.
  package let keptColumns: Range<Int>

  /// - Parameters:
  ///   - tiling: nil for a picture of the base tile alone.
  /// - Throws: `ImageError.invalidConfiguration` when a patch is larger than a tile.
  package init(
    pictureWidth: Int, pictureHeight: Int, tileSide: Int, patchSide: Int, tiling: TilingGeometry?
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
    patchesPerSide = tileSide / patchSide
    let rows = (tiling?.tileRows ?? 0) * patchesPerSide
    let columns = (tiling?.tileColumns ?? 0) * patchesPerSide
    (keptRows, keptColumns) = Self.unpadded(
      rows: rows, columns: columns, width: pictureWidth, height: pictureHeight)
  }

  /// The geometry of an image that a processor has tiled.
  package init(_ image: TiledImage, patchSide: Int) throws(ImageError) {
    try self.init(
      pictureWidth: image.pictureWidth, pictureHeight: image.pictureHeight,
      tileSide: image.tileSide, patchSide: patchSide, tiling: image.tiling)
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
}

// MARK: - Counts

extension PatchGeometry {
  package var baseTokenCount: Int { patchesPerSide * patchesPerSide }

  /// Rows and columns of canvas patches with the padding.
  package var canvasGrid: (rows: Int, columns: Int) {
    ((tiling?.tileRows ?? 0) * patchesPerSide, (tiling?.tileColumns ?? 0) * patchesPerSide)
  }

  /// Tokens after the base tile's, newline tokens included.
  package var tileTokenCount: Int {
    tiling == nil ? 1 : keptRows.count * (keptColumns.count + 1)
  }

  /// All tokens of the picture.
  package var tokenCount: Int { baseTokenCount + tileTokenCount }

  /// Positions of the newline tokens.
  package var newlineIndices: [Int] {
    if tiling == nil { return [baseTokenCount] }
    let length = keptColumns.count + 1
    return (0..<keptRows.count).map { baseTokenCount + $0 * length + length - 1 }
  }
}

// MARK: - Tokens

extension PatchGeometry {
  /// What the token at `index` stands for; nil outside `0..<tokenCount`.
  package func token(at index: Int) -> ImageToken? {
    guard index >= 0, index < tokenCount else { return nil }
    if index < baseTokenCount {
      let (row, column) = index.quotientAndRemainder(dividingBy: patchesPerSide)
      return .base(row: row, column: column)
    }
    guard tiling != nil else { return .newline(row: 0) }
    let (row, column) = (index - baseTokenCount).quotientAndRemainder(
      dividingBy: keptColumns.count + 1)
    if column == keptColumns.count { return .newline(row: keptRows.lowerBound + row) }
    return .tile(row: keptRows.lowerBound + row, column: keptColumns.lowerBound + column)
  }

  /// Where a token lies in the packed order; nil for one that this picture does not have.
  package func index(of token: ImageToken) -> Int? {
    switch token {
    case .base(let row, let column):
      let side = 0..<patchesPerSide
      return side.contains(row) && side.contains(column) ? row * patchesPerSide + column : nil
    case .tile(let row, let column):
      guard keptRows.contains(row), keptColumns.contains(column) else { return nil }
      return rowStart(row) + column - keptColumns.lowerBound
    case .newline(let row):
      if tiling == nil { return row == 0 ? baseTokenCount : nil }
      return keptRows.contains(row) ? rowStart(row) + keptColumns.count : nil
    }
  }

  private func rowStart(_ row: Int) -> Int {
    baseTokenCount + (row - keptRows.lowerBound) * (keptColumns.count + 1)
  }

  /// Tokens of one view whose pixels meet `box`, in order.
  package func indices(touching box: PixelBox, view: ImageView) -> [Int] {
    let range = view == .base ? 0..<baseTokenCount : baseTokenCount..<tokenCount
    return range.filter { self.box(ofTokenAt: $0)?.intersection(box) != nil }
  }
}

// MARK: - Pixels

extension PatchGeometry {
  /// The pixels of the picture that the token at `index` covers, clipped to the picture. Nil for a newline token,
  /// a patch of nothing but padding, and an index out of range.
  package func box(ofTokenAt index: Int) -> PixelBox? {
    token(at: index).flatMap(box(of:))
  }

  /// The pixels of the picture that `token` covers, clipped to the picture.
  package func box(of token: ImageToken) -> PixelBox? {
    let picture = PixelBox(
      left: 0, top: 0, right: Double(pictureWidth), bottom: Double(pictureHeight))
    switch token {
    case .base(let row, let column):
      return basePatches(rows: row..<(row + 1), columns: column..<(column + 1))
        .intersection(picture)
    case .tile(let row, let column):
      return canvasPatches(rows: row..<(row + 1), columns: column..<(column + 1))?
        .intersection(picture)
    case .newline:
      return nil
    }
  }

  /// The pixels under the base view's whole grid.
  package var baseRegion: PixelBox {
    basePatches(rows: 0..<patchesPerSide, columns: 0..<patchesPerSide)
  }

  /// The pixels under the kept canvas patches, not clipped: it can reach beyond the picture into the padding.
  /// Nil without tiles or kept patches.
  package var tileRegion: PixelBox? {
    if keptRows.isEmpty || keptColumns.isEmpty { return nil }
    return canvasPatches(rows: keptRows, columns: keptColumns)
  }

  private func basePatches(rows: Range<Int>, columns: Range<Int>) -> PixelBox {
    let horizontal = Double(pictureWidth) * Double(patchSide) / Double(tileSide)
    let vertical = Double(pictureHeight) * Double(patchSide) / Double(tileSide)
    return PixelBox(
      left: Double(columns.lowerBound) * horizontal, top: Double(rows.lowerBound) * vertical,
      right: Double(columns.upperBound) * horizontal, bottom: Double(rows.upperBound) * vertical)
  }

  private func canvasPatches(rows: Range<Int>, columns: Range<Int>) -> PixelBox? {
    guard let tiling else { return nil }
    let horizontal = Double(pictureWidth) / Double(tiling.resizedWidth)
    let vertical = Double(pictureHeight) / Double(tiling.resizedHeight)
    return PixelBox(
      left: Double(canvasPixel(columns.lowerBound) - tiling.left) * horizontal,
      top: Double(canvasPixel(rows.lowerBound) - tiling.top) * vertical,
      right: Double(canvasPixel(columns.upperBound - 1) + patchSide - tiling.left) * horizontal,
      bottom: Double(canvasPixel(rows.upperBound - 1) + patchSide - tiling.top) * vertical)
  }

  /// First canvas pixel of a patch; tiles can end in pixels that no patch covers.
  private func canvasPixel(_ patch: Int) -> Int {
    let (tile, inside) = patch.quotientAndRemainder(dividingBy: patchesPerSide)
    return tile * tileSide + inside * patchSide
  }
}
