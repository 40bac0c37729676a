import Tensors

extension Gemma3Encoder: TowerEncoder {
  var patchRefusal: String? {
    "a token of this family's pictures is the mean of a square of patches: no position of a prompt "
      + "is one row of the tower's stream"
  }

  func patches(of layout: PictureLayout, tiles count: Int) throws(SiteRefusal) -> [TowerPatch?] {
    throw SiteRefusal(reason: patchRefusal ?? "")
  }

  /// Rows between views are zeros.
  func tokens(ofFeatures features: [Matrix], layout: PictureLayout) throws -> Matrix {
    var result = Matrix(
      rows: layout.tokenCount, columns: configuration.text.decoder.hiddenSize)
    for (view, states) in zip(layout.views, features) {
      result.replace(rows: view.tokens, with: try projector(states))
    }
    return result
  }

  func pullback(
    toFeatures features: [Matrix], layout: PictureLayout, outputGradient: Matrix
  ) throws -> [Matrix] {
    try zip(layout.views, features).map { view, states in
      try projector.pullback(states, outputGradient: outputGradient.slice(rows: view.tokens))
    }
  }
}
