package import Images
package import Tensors

/// The image processor of models that tile pictures: bit for bit the pixel values of transformers'
/// torchvision or Pillow backend.
package struct ImageProcessor: Sendable {
  package let configuration: ImageProcessorConfiguration
  /// Side of a tile in pixels.
  package let tileSide: Int
  /// `[3, 256]`
  private let table: [[Float]]

  /// - Throws: `ImageError.invalidConfiguration`.
  package init(_ configuration: ImageProcessorConfiguration) throws(ImageError) {
    self.configuration = configuration
    tileSide = try configuration.tileSide()
    table = try configuration.normalizationTable()
  }

  /// Where a picture of this size lies on its canvas; nil without pinpoints.
  package func tiling(pictureWidth: Int, pictureHeight: Int) -> TilingGeometry? {
    TilingGeometry(
      pictureWidth: pictureWidth, pictureHeight: pictureHeight,
      pinpoints: configuration.pinpoints, tileSide: tileSide)
  }

  /// The whole picture squeezed into one tile, then the tiles of its canvas, row by row.
  package func tiles(of picture: Picture) throws(ImageError) -> PictureTiles {
    let base = try resized(picture, width: tileSide, height: tileSide)
    let tiling = tiling(pictureWidth: picture.width, pictureHeight: picture.height)
    let tileCount = 1 + (tiling.map { $0.tileRows * $0.tileColumns } ?? 0)
    var values = [Float](repeating: 0, count: tileCount * 3 * tileSide * tileSide)
    write(base, left: 0, top: 0, tileRow: 0, tileColumn: 0, tile: 0, into: &values)
    if let tiling {
      let hung = try resized(picture, width: tiling.resizedWidth, height: tiling.resizedHeight)
      for index in 1..<tileCount {
        let (row, column) = (index - 1).quotientAndRemainder(dividingBy: tiling.tileColumns)
        write(
          hung, left: tiling.left, top: tiling.top, tileRow: row, tileColumn: column, tile: index,
          into: &values)
      }
    }
    return PictureTiles(
      values: values, tileCount: tileCount, tileHeight: tileSide, tileWidth: tileSide)
  }

  /// Each of some pictures squeezed into one tile.
  package func squeezed(
    _ pictures: [Picture], cancellation: Cancellation
  ) throws -> PictureTiles {
    var values = [Float](repeating: 0, count: pictures.count * 3 * tileSide * tileSide)
    for (index, picture) in pictures.enumerated() {
      try cancellation.check()
      let tile = try resized(picture, width: tileSide, height: tileSide)
      write(tile, left: 0, top: 0, tileRow: 0, tileColumn: 0, tile: index, into: &values)
    }
    return PictureTiles(
      values: values, tileCount: pictures.count, tileHeight: tileSide, tileWidth: tileSide)
  }

  /// The picture in the middle of a square of the mean's colour, brought to one tile.
  ///
  /// - Throws: `ImageError.invalidConfiguration` where the mean is no colour.
  package func paddedTile(of picture: Picture) throws(ImageError) -> PictureTiles {
    // Rounded towards 0, as transformers does.
    let background = configuration.mean.map { Int(exactly: ($0 * 255).rounded(.towardZero)) ?? -1 }
    guard background.allSatisfy({ (0...255).contains($0) }) else {
      throw .invalidConfiguration(
        field: "image_mean", found: "\(configuration.mean)",
        expected: "three numbers from 0 to 1, the colour of padding")
    }
    let tile = try picture.paddedToSquare(
      background: background.map { UInt8($0) }, side: tileSide, filter: configuration.filter,
      resizing: configuration.resizing)
    var values = [Float](repeating: 0, count: 3 * tileSide * tileSide)
    write(tile, left: 0, top: 0, tileRow: 0, tileColumn: 0, tile: 0, into: &values)
    return PictureTiles(values: values, tileCount: 1, tileHeight: tileSide, tileWidth: tileSide)
  }

  private func resized(_ picture: Picture, width: Int, height: Int) throws(ImageError) -> Picture {
    try picture.resized(
      width: width, height: height, filter: configuration.filter,
      resizing: configuration.resizing)
  }

  /// Writes the tile that starts at (`tileColumn`, `tileRow`) tiles of a black canvas on which
  /// `picture` hangs at (`left`, `top`). Padding is black before normalisation.
  private func write(
    _ picture: Picture, left: Int, top: Int, tileRow: Int, tileColumn: Int, tile: Int,
    into values: inout [Float]
  ) {
    let plane = tileSide * tileSide
    let (pixels, width, height) = (picture.pixels, picture.width, picture.height)
    for channel in 0..<3 {
      let levels = table[channel]
      var to = (tile * 3 + channel) * plane
      for y in 0..<tileSide {
        let row = tileRow * tileSide + y - top
        for x in 0..<tileSide {
          let column = tileColumn * tileSide + x - left
          let isInside = row >= 0 && row < height && column >= 0 && column < width
          let byte = isInside ? pixels[(row * width + column) * 3 + channel] : 0
          values[to] = levels[Int(byte)]
          to += 1
        }
      }
    }
  }
}
