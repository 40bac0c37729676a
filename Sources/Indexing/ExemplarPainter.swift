package import FeatureIndex
package import Images
import Interpretation
import Models
import SystemReasons

/// Draws the places of an index where a latent is most active: what `feature/render` answers, pages
/// show and explainers are asked about.
package struct ExemplarPainter {
  package let store: FeatureIndexStore
  /// What decoding a picture may cost.
  package var limits: PictureLimits

  package init(store: FeatureIndexStore, limits: PictureLimits = PictureLimits()) {
    self.store = store
    self.limits = limits
  }

  /// The map of a picture's exemplar as a grid over the picture.
  package func mask(_ shown: ShownExemplar) throws -> ActivationMask {
    try mask(shown.map, over: shown.item, in: shown.exemplar.view)
  }

  private func mask(
    _ map: ActivationMap, over item: IndexItem, in view: IndexView
  ) throws -> ActivationMask {
    let grid = item.layout.grid(of: view)
    guard let layout = item.pictureLayout(store.identity.geometry),
      let found = layout.view(named: view.name), found.rows == grid.rows,
      found.columns == grid.columns,
      let grid = try found.activationGrid(
        positions: map.positions.map(Int.init), values: map.values)
    else {
      throw FeatureIndexError.invalid(
        path: store.path, reason: "the patches of \(quoted(item.name)) do not fit its picture")
    }
    return try ActivationMask(grid)
  }

  /// The picture of an exemplar with what the latent does not see darkened.
  ///
  /// - Parameter sideLimit: pixels of the longer side at most, beside what the style says; smaller
  ///   pictures stay as they are.
  /// - Throws: `IndexPictureError` where the picture is gone or another.
  package func drawn(
    _ shown: ShownExemplar, style: MaskStyle, sideLimit: Int? = nil
  ) throws -> Picture {
    try drawn(
      shown.map, over: shown.item, in: shown.exemplar.view, style: style, sideLimit: sideLimit)
  }

  /// The picture of an item with everything darkened where a map of one of its views is not active.
  /// - Throws: `IndexPictureError` where the picture is gone or another.
  package func drawn(
    _ map: ActivationMap, over item: IndexItem, in view: IndexView, style: MaskStyle,
    sideLimit: Int? = nil
  ) throws -> Picture {
    let mask = try mask(map, over: item, in: view)
    let picture = try item.foundPicture(within: limits)
    var style = style
    if let sideLimit, max(picture.width, picture.height) > sideLimit { style.side = sideLimit }
    return try mask.drawn(
      over: picture, style: style, tileSide: store.identity.geometry?.tileSide ?? 336)
  }

  /// The tokens of a text's exemplar with their activations.
  package func tokens(_ shown: ShownExemplar) -> [(text: String, activation: Double)] {
    let first = shown.exemplar.span.multipliedReportingOverflow(by: store.options.spanTokens)
    let tokens = shown.item.tokens.dropFirst(first.overflow ? .max : first.partialValue)
      .prefix(store.options.spanTokens)
    let values = Dictionary(
      zip(shown.map.positions.map(Int.init), shown.map.values), uniquingKeysWith: max)
    return tokens.enumerated().map { place, token in
      (token, Double(values[place] ?? 0))
    }
  }
}
