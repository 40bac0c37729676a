package import Checkpoints

/// Where a picture lies on the canvas that is cut into tiles (all in pixels).
package struct TilingGeometry: Sendable, Equatable {
  package let pictureWidth: Int
  package let pictureHeight: Int
  /// The canvas.
  package let canvas: ImageSize
  /// Size of the picture on the canvas.
  package let resizedWidth: Int
  package let resizedHeight: Int
  /// Columns of padding to the picture's left.
  package let left: Int
  /// Rows of padding above the picture.
  package let top: Int
  /// Side of a square tile.
  package let tileSide: Int

  package var tileRows: Int { canvas.height / tileSide }
  package var tileColumns: Int { canvas.width / tileSide }

  /// - Parameter canvas: a whole number of tiles in both directions.
  package init(pictureWidth: Int, pictureHeight: Int, canvas: ImageSize, tileSide: Int) {
    precondition(pictureWidth > 0 && pictureHeight > 0 && tileSide > 0)
    precondition(canvas.width % tileSide == 0 && canvas.height % tileSide == 0)
    let horizontal = Double(canvas.width) / Double(pictureWidth)
    let vertical = Double(canvas.height) / Double(pictureHeight)
    if horizontal < vertical {
      resizedWidth = canvas.width
      resizedHeight = Self.fitted(pictureHeight, horizontal, canvas.height)
    } else {
      resizedHeight = canvas.height
      resizedWidth = Self.fitted(pictureWidth, vertical, canvas.width)
    }
    left = (canvas.width - resizedWidth) / 2
    top = (canvas.height - resizedHeight) / 2
    self.pictureWidth = pictureWidth
    self.pictureHeight = pictureHeight
    self.canvas = canvas
    self.tileSide = tileSide
  }

  /// On the canvas of `pinpoints` that suits the picture best; nil without any.
  package init?(pictureWidth: Int, pictureHeight: Int, pinpoints: [ImageSize], tileSide: Int) {
    guard
      let canvas = ImageSize.bestResolution(
        width: pictureWidth, height: pictureHeight, among: pinpoints)
    else { return nil }
    self.init(
      pictureWidth: pictureWidth, pictureHeight: pictureHeight, canvas: canvas, tileSide: tileSide)
  }

  private static func fitted(_ side: Int, _ scale: Double, _ limit: Int) -> Int {
    min(Int((Double(side) * scale).rounded(.up)), limit)
  }
}
