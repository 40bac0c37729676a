import Checkpoints
import Models
import Tensors

/// A prompt's pictures at a layer of the vision tower, and the way from there to the embeddings of
/// their tokens.
///
/// P rows of one tile's stream, h its width. A position of the prompt is one row of the stream
/// where its token is one patch; no other position has one. The class token and patches that no
/// token shows keep the model's own stream.
struct TowerRun: Sendable {
  /// One picture of the prompt.
  fileprivate struct Picture: Sendable {
    let number: Int
    let span: Range<Int>
    let layout: PictureLayout
    let cuts: [TowerCut]
    /// By token of the picture.
    let patches: [TowerPatch?]
    /// What every tile gives on the model's own run, `[P, h · states]`; none where it is only read.
    let features: [Matrix]
  }

  let layer: Int
  private let encoder: any TowerEncoder
  private let pictures: [Picture]

  /// Runs the pictures that begin before position `end` as far as the layer.
  ///
  /// - Parameter reading: whether nothing will be changed, so that the tower's other layers need
  ///   not run.
  /// - Throws: `InterpretationError` for a picture whose tokens are made of several patches each.
  init(
    _ prompt: Prompt, model: Model, layer: Int, before end: Int? = nil, reading: Bool = false,
    cancellation: Cancellation
  ) throws {
    self.layer = layer
    let name = SiteName.canonical(towerLayer: layer)
    let encoder: any TowerEncoder
    do throws(SiteRefusal) { encoder = try model.towerEncoder(forLayer: layer, named: name) } catch
    {
      throw InterpretationError.unsupportedTarget(error.reason)
    }
    self.encoder = encoder
    let end = end ?? .max
    pictures = try prompt.images.enumerated().filter { $0.element.span.lowerBound < end }.map {
      number, image in
      let patches: [TowerPatch?]
      do throws(SiteRefusal) {
        patches = try encoder.patches(of: image.layout, tiles: image.tiles.tileCount)
      } catch {
        throw InterpretationError.pictureWithoutRows(
          "picture \(number) has no rows at \(name): \(error.reason)")
      }
      // Tiles behind the last one that is read are of no use to a reader.
      let shown = patches.prefix(end - image.span.lowerBound).compactMap { $0?.tile }
      let tiles = reading ? (shown.max() ?? -1) + 1 : image.tiles.tileCount
      let cuts = try (0..<tiles).map {
        try encoder.tower.cut(
          Array(image.tiles[tile: $0]), depth: layer + 1, cancellation: cancellation)
      }
      let features =
        reading
        ? []
        : try cuts.map {
          try encoder.tower.features($0, stream: $0.stream, cancellation: cancellation)
        }
      return Picture(
        number: number, span: image.span, layout: image.layout, cuts: cuts, patches: patches,
        features: features)
    }
  }

  var width: Int { encoder.tower.configuration.hiddenSize }

  /// Whether a position of the prompt has a row.
  func covers(_ position: Int) -> Bool {
    pictures.contains {
      $0.span.contains(position) && $0.patches[position - $0.span.lowerBound] != nil
    }
  }

  /// The stream at the first `count` positions, `[count, h]`: zeros where there is no row.
  func rows(_ count: Int) -> Matrix {
    gather(count) { $0.cuts[$1.tile].stream.row($1.row) }
  }

  private func gather(_ count: Int, _ row: (Picture, TowerPatch) -> [Float]) -> Matrix {
    var result = Matrix(rows: count, columns: width)
    for picture in pictures {
      for (position, patch) in picture.placed where position < count {
        result.setRow(position, row(picture, patch))
      }
    }
    return result
  }

  /// The embeddings `[T, D]` with the stream y `[T, h]` at the layer; `own` are the model's.
  func embeddings(
    _ own: Matrix, making y: Matrix, cancellation: Cancellation
  ) throws -> Matrix {
    var result = own
    for picture in pictures {
      let streams = picture.streams(y)
      guard streams != picture.cuts.map(\.stream) else { continue }
      let tokens = try encoder.tokens(
        ofFeatures: features(picture, streams, cancellation: cancellation),
        layout: picture.layout)
      guard tokens.firstNonFinite() == nil else {
        throw InterpretationError.nonFinite(
          "what picture \(picture.number) becomes after the interventions")
      }
      result.replace(rows: picture.span, with: tokens)
    }
    return result
  }

  /// The gradient at y `[T, h]` from that of the embeddings `[T, D]`.
  func gradient(
    _ embeddingGradient: Matrix, at y: Matrix, cancellation: Cancellation
  ) throws -> Matrix {
    var result = Matrix(rows: y.rows, columns: width)
    for picture in pictures {
      let streams = picture.streams(y)
      let features = try features(picture, streams, cancellation: cancellation)
      let featureGradients = try encoder.pullback(
        toFeatures: features, layout: picture.layout,
        outputGradient: embeddingGradient.slice(rows: picture.span))
      let gradients = try picture.cuts.indices.map {
        try encoder.tower.pullback(
          picture.cuts[$0], stream: streams[$0], outputGradient: featureGradients[$0],
          cancellation: cancellation)
      }
      for (position, patch) in picture.placed {
        result.setRow(position, gradients[patch.tile].row(patch.row))
      }
    }
    return result
  }

  /// What every tile gives with these streams; a tile that does not change does not run.
  private func features(
    _ picture: Picture, _ streams: [Matrix], cancellation: Cancellation
  ) throws -> [Matrix] {
    try picture.cuts.indices.map { tile in
      let cut = picture.cuts[tile]
      if picture.features.indices.contains(tile), streams[tile] == cut.stream {
        return picture.features[tile]
      }
      return try encoder.tower.features(cut, stream: streams[tile], cancellation: cancellation)
    }
  }

  var byteCount: Int {
    pictures.reduce(0) { sum, picture in
      sum + picture.cuts.reduce(0) { $0 + $1.byteCount }
        + picture.features.reduce(0) { $0 + 4 * $1.rows * $1.columns }
    }
  }
}

extension TowerRun.Picture {
  /// The positions of the prompt that are patches.
  fileprivate var placed: [(position: Int, patch: TowerPatch)] {
    patches.enumerated().compactMap { token, patch in
      patch.map { (span.lowerBound + token, $0) }
    }
  }

  /// Every tile's stream with the rows of y `[T, h]` at its patches.
  fileprivate func streams(_ y: Matrix) -> [Matrix] {
    var streams = cuts.map(\.stream)
    for (position, patch) in placed { streams[patch.tile].setRow(patch.row, y.row(position)) }
    return streams
  }
}
