/// How what a feature does not see is told from what it sees.
package struct MaskStyle: Sendable, Equatable {
  package enum Kind: String, Sendable, CaseIterable {
    /// The published pipeline's picture: the tile as the model takes it, inactive patches at
    /// 31/255, edges smoothed by Pillow.
    case paper
    /// Inactive patches at `level` of their brightness.
    case dimmed
    /// Inactive patches black.
    case black
    /// Every patch between `level` and its full brightness, by its
    /// activation's share of the strongest.
    case weighted
  }

  package var kind: Kind
  /// Patches as they are, or blended between their centres; `paper` always smooths.
  package var interpolation: HeatMapStyle.Interpolation
  /// The brightness that is left to inactive patches, 0 to 1, where they are dimmed or weighted.
  package var level: Double
  /// The longer side of the result in pixels; nil for the given picture's own.
  package var side: Int?

  package init(
    _ kind: Kind, interpolation: HeatMapStyle.Interpolation = .patches, level: Double = 0.2,
    side: Int? = nil
  ) {
    self.kind = kind
    self.interpolation = interpolation
    self.level = level
    self.side = side
  }

  /// The brightness of what is not active at all.
  var floor: Double {
    kind == .black ? 0 : level.isFinite ? min(max(level, 0), 1) : 0
  }
}
