package import Tensors

/// A row of a tower's residual stream, of one of a picture's tiles.
package struct TowerPatch: Hashable, Sendable {
  package let tile: Int
  /// Of all the stream's rows, the class token's included.
  package let row: Int
}

/// A picture encoder whose tower's residual stream can be read and changed between its layers.
package protocol TowerEncoder: PictureEncoder {
  var tower: VisionTower { get }

  /// Why no token of a picture is one patch of the tower; nil where tokens are.
  var patchRefusal: String? { get }

  /// By token, the patch that it is made of alone; nil for a token of no patch.
  /// - Throws: for a layout whose tokens are made of several patches each.
  func patches(of layout: PictureLayout, tiles count: Int) throws(SiteRefusal) -> [TowerPatch?]

  /// The picture's tokens `[tokens, D]` from every tile's features `[P, h · states]`.
  func tokens(ofFeatures features: [Matrix], layout: PictureLayout) throws -> Matrix

  /// The gradients at every tile's features `[P, h · states]` from that at the tokens
  /// `[tokens, D]`.
  func pullback(
    toFeatures features: [Matrix], layout: PictureLayout, outputGradient: Matrix
  ) throws -> [Matrix]
}

extension TowerEncoder {
  /// Every tile's way through the tower as far as `depth` layers.
  package func cuts(
    _ tiles: PictureTiles, depth: Int, cancellation: Cancellation
  ) throws -> [TowerCut] {
    try (0..<tiles.tileCount).map {
      try tower.cut(Array(tiles[tile: $0]), depth: depth, cancellation: cancellation)
    }
  }

  /// The picture's tokens `[tokens, D]` with these streams `[P, h]` in the place of the cuts' own.
  package func embed(
    _ cuts: [TowerCut], streams: [Matrix], layout: PictureLayout, cancellation: Cancellation
  ) throws -> Matrix {
    try tokens(
      ofFeatures: features(cuts, streams: streams, cancellation: cancellation), layout: layout)
  }

  /// The gradients at the streams `[P, h]` from that at the picture's tokens `[tokens, D]`.
  package func pullback(
    _ cuts: [TowerCut], streams: [Matrix], layout: PictureLayout, outputGradient: Matrix,
    cancellation: Cancellation
  ) throws -> [Matrix] {
    let gradients = try pullback(
      toFeatures: features(cuts, streams: streams, cancellation: cancellation),
      layout: layout, outputGradient: outputGradient)
    return try cuts.indices.map {
      try tower.pullback(
        cuts[$0], stream: streams[$0], outputGradient: gradients[$0], cancellation: cancellation)
    }
  }

  private func features(
    _ cuts: [TowerCut], streams: [Matrix], cancellation: Cancellation
  ) throws -> [Matrix] {
    try zip(cuts, streams).map {
      try tower.features($0, stream: $1, cancellation: cancellation)
    }
  }
}
