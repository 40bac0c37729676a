/// How scores are laid over a picture.
package struct HeatMapStyle: Sendable, Equatable {
  package enum Interpolation: String, Sendable {
    /// Each patch in one colour, as the model sees it.
    case patches
    /// Blended between the centres of the patches.
    case smooth
  }

  package var interpolation: Interpolation
  /// Opacity of the strongest score, 0 to 1.
  package var maximumOpacity: Double
  /// How much of the picture's own colour remains, 0 (grey) to 1 (all), so that a
  /// blue sky opposes nothing.
  package var saturation: Double
  /// Smaller pictures are enlarged until their longer side has at least so
  /// many pixels; 0 leaves them.
  package var minimumSide: Int
  /// Larger pictures are reduced to this longer side.
  package var maximumSide: Int
  /// Hairlines between the patches of the finest grid.
  package var drawsGrid: Bool
  /// A colour bar with its scale below the picture.
  package var drawsLegend: Bool

  package init(
    interpolation: Interpolation = .patches, maximumOpacity: Double = 0.75,
    saturation: Double = 0.4, minimumSide: Int = 448,
    maximumSide: Int = 2048, drawsGrid: Bool = false, drawsLegend: Bool = true
  ) {
    self.interpolation = interpolation
    self.maximumOpacity = maximumOpacity
    self.saturation = saturation
    self.minimumSide = minimumSide
    self.maximumSide = maximumSide
    self.drawsGrid = drawsGrid
    self.drawsLegend = drawsLegend
  }
}
