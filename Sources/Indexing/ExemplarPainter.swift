import FeatureIndex
import Images
import Indexing
import Interpretation
import KernelProtocol
import Models
import Reports
import SystemReasons

/// Draws the places of an index where a latent is most active.
struct ExemplarPainter {
  let store: FeatureIndexStore
  /// What decoding a picture may cost.
  var limits = PictureLimits()

  /// The map of a picture's exemplar as a grid over the picture.
  func mask(_ shown: ShownExemplar) throws -> ActivationMask {
    let (item, view) = (shown.item, shown.exemplar.view)
    let grid = item.layout.grid(of: view)
    guard let layout = item.pictureLayout(store.identity.geometry),
      let found = layout.view(named: view.name), found.rows == grid.rows,
      found.columns == grid.columns,
      let grid = try found.activationGrid(
        positions: shown.map.positions.map(Int.init), values: shown.map.values)
    else {
      throw FeatureIndexError.invalid(
        path: store.path, reason: "the patches of \(quoted(item.name)) do not fit its picture")
    }
    return try ActivationMask(grid)
  }

  /// The picture of an exemplar with what the latent does not see darkened.
  /// - Throws: `DomainError` of kind `imageUnreadable` where the picture is gone or another.
  func drawn(_ shown: ShownExemplar, style: MaskStyle) throws -> Picture {
    let mask = try mask(shown)
    return try mask.drawn(
      over: shown.item.foundPicture(within: limits), style: style,
      tileSide: store.identity.geometry?.tileSide ?? 336)
  }

  /// The tokens of a text's exemplar with their activations.
  func tokens(_ shown: ShownExemplar) -> [(text: String, activation: Double)] {
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
