/// Signed scores of patches, drawn over the picture: red supports, blue
/// opposes, nothing is left clear.
package struct HeatMap: Sendable {
  /// Grids whose scores are added up where they overlap.
  package let grids: [ScoreGrid]
  /// The score that is drawn in full; stronger ones look the same.
  package let scale: Float

  /// - Parameter scale: the score that is drawn in full; by default the strongest sum at any patch.
  /// - Throws: `ImageError.wrongCount` without a grid, `.scoreNotFinite` for a scale that is none.
  package init(_ grids: [ScoreGrid], scale: Float? = nil) throws(ImageError) {
    guard let finest = grids.max(by: { $0.scores.count < $1.scores.count }) else {
      throw .wrongCount(of: "score grids", found: 0, expected: 1)
    }
    if let scale, !scale.isFinite || scale <= 0 {
      throw .scoreNotFinite(index: 0, value: "a scale of \(scale)")
    }
    self.grids = grids
    self.scale = scale ?? Self.strongest(grids, finest)
  }

  /// The strongest sum of scores at the finest grid's patch centres.
  private static func strongest(_ grids: [ScoreGrid], _ finest: ScoreGrid) -> Float {
    var strongest: Float = 0
    for row in 0..<finest.rows {
      for column in 0..<finest.columns {
        let x =
          finest.region.left + (Double(column) + 0.5) / Double(finest.columns) * finest.region.width
        let y = finest.region.top + (Double(row) + 0.5) / Double(finest.rows) * finest.region.height
        strongest = max(strongest, abs(grids.map { $0.nearest(x: x, y: y) }.reduce(0, +)))
      }
    }
    return strongest > 0 && strongest.isFinite ? strongest : 1
  }

  /// The picture with the scores over it.
  package func drawn(
    over picture: Picture, style: HeatMapStyle = HeatMapStyle()
  ) throws(ImageError) -> Picture {
    let shown = try LegibleSize(style).applied(to: picture)
    let legend = style.drawsLegend ? HeatMapLegend(scale: scale, width: shown.width) : nil
    var canvas = Canvas(
      width: shown.width, height: shown.height + (legend?.height ?? 0), color: (255, 255, 255))
    let horizontal = Double(picture.width) / Double(shown.width)
    let vertical = Double(picture.height) / Double(shown.height)
    for y in 0..<shown.height {
      for x in 0..<shown.width {
        let score = score(
          x: (Double(x) + 0.5) * horizontal, y: (Double(y) + 0.5) * vertical, style.interpolation)
        canvas[x, y] = ScoreColor.overlaid(
          Self.muted(shown[x, y], saturation: style.saturation),
          strength: ScoreColor.strength(of: score, scale: scale),
          maximumOpacity: style.maximumOpacity)
      }
    }
    if style.drawsGrid { drawGrid(on: &canvas, shown: shown, picture: picture) }
    legend?.draw(on: &canvas, top: shown.height)
    return canvas.picture
  }

  /// The picture's own colour drawn towards its lightness, so that red and blue are the scores'.
  private static func muted(
    _ color: (red: UInt8, green: UInt8, blue: UInt8), saturation: Double
  ) -> ScoreColor.Components {
    let (red, green, blue) = (Double(color.red), Double(color.green), Double(color.blue))
    if saturation >= 1 { return (red, green, blue) }
    let light = 0.299 * red + 0.587 * green + 0.114 * blue
    return ScoreColor.mixed((light, light, light), (red, green, blue), max(0, saturation))
  }

  private func score(
    x: Double, y: Double, _ interpolation: HeatMapStyle.Interpolation
  ) -> Float {
    grids.reduce(0) { sum, grid in
      sum + (interpolation == .smooth ? grid.bilinear(x: x, y: y) : grid.nearest(x: x, y: y))
    }
  }

  /// Hairlines at the finest grid's borders, left out where they would cover more than they show.
  private func drawGrid(on canvas: inout Canvas, shown: Picture, picture: Picture) {
    guard let grid = grids.max(by: { $0.scores.count < $1.scores.count }) else { return }
    let horizontal = Double(shown.width) / Double(picture.width)
    let vertical = Double(shown.height) / Double(picture.height)
    let cellWidth = grid.region.width / Double(grid.columns) * horizontal
    let cellHeight = grid.region.height / Double(grid.rows) * vertical
    guard min(cellWidth, cellHeight) >= 6 else { return }
    for column in 1..<max(1, grid.columns) {
      let x = Int((grid.region.left * horizontal + Double(column) * cellWidth).rounded())
      guard x >= 0, x < shown.width else { continue }
      for y in 0..<shown.height { shade(&canvas, x, y) }
    }
    for row in 1..<max(1, grid.rows) {
      let y = Int((grid.region.top * vertical + Double(row) * cellHeight).rounded())
      guard y >= 0, y < shown.height else { continue }
      for x in 0..<shown.width { shade(&canvas, x, y) }
    }
  }

  private func shade(_ canvas: inout Canvas, _ x: Int, _ y: Int) {
    canvas[x, y] = ScoreColor.mixed(canvas[x, y], (90, 90, 90), 0.35)
  }
}
