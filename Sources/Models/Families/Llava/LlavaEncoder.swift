import Checkpoints
import Images
import Tensors
import Tokenization

/// What a LLaVA model sees with: processor, tower, projector and packing.
struct LlavaEncoder: PictureEncoder {
  let configuration: LlavaConfiguration
  let processor: ImageProcessor
  let tower: VisionTower  // vision_tower
  let projector: any FeatureProjector  // multi_modal_projector
  let packing: ImagePacking  // image_newline
  let imageText: String
  let videoText: String?
  let videos: (any VideoEncoder)?

  init(
    _ model: LlavaConfiguration, folder: String, checkpoint: Checkpoint, tokenizer: Tokenizer,
    resizing: PictureResizing, compute: Compute, engine: some Operators
  ) throws {
    let settings = try ProcessorConfiguration(folder: folder)
    try model.requireAgreement(with: settings)
    configuration = model
    processor = try ImageProcessor(
      ImageProcessorConfiguration(settings, model: model, resizing: resizing))
    tower = try VisionTower(
      model.vision, output: .states(model.featureStates),
      weights: checkpoint.scope("vision_tower"), compute: compute,
      engine: engine)
    projector = try Projector(
      model.projector, weights: checkpoint.scope("multi_modal_projector"), engine: engine)
    packing = ImagePacking(
      newline: try checkpoint.scope("").vector(
        "image_newline", count: model.text.decoder.hiddenSize))
    imageText = settings.imageToken
    videoText = model.videoToken.flatMap(tokenizer.token)
    videos =
      videoText == nil
      ? nil
      : try LlavaOnevisionVideos(
        model, processor: VideoProcessorConfiguration(folder: folder), text: videoText)
  }

  var imageToken: Int { configuration.imageToken }
  var viewNames: [String] { TiledView.all }
  var resizing: PictureResizing { processor.configuration.resizing }
  var tileGrid: (rows: Int, columns: Int) {
    (configuration.vision.gridSize, configuration.vision.gridSize)
  }

  /// nil where more than a canvas decides a layout.
  var tilingRule: TilingRule? { configuration.mostTiles == nil ? rule : nil }

  var rule: TilingRule { configuration.tiling }

  func layout(width: Int, height: Int, among count: Int) throws -> PictureLayout {
    if configuration.isPadded(among: count) {
      return try rule.paddedLayout(pictureWidth: width, pictureHeight: height)
    }
    return try rule.geometry(pictureWidth: width, pictureHeight: height).layout
  }

  func prepare(_ picture: Picture, among count: Int) throws -> PictureTiles {
    if configuration.isPadded(among: count) { return try processor.paddedTile(of: picture) }
    return try processor.tiles(of: picture)
  }

  /// Tile after tile, to bound the memory. The base view's tokens do not depend on the other tiles.
  func embed(
    _ tiles: PictureTiles, layout: PictureLayout, first count: Int, cancellation: Cancellation
  ) throws -> PictureFeatures {
    let layout = layout.isVideo ? layout.frames(showing: count) : layout
    if let base = layout.view(named: TiledView.base), count <= base.tokens.upperBound {
      return PictureFeatures(
        try features(ofTile: 0, of: tiles, cancellation: cancellation).slice(rows: base.tokens))
    }
    let features = try (0..<(layout.isVideo ? layout.views.count : tiles.tileCount)).map {
      try self.features(ofTile: $0, of: tiles, cancellation: cancellation)
    }
    return PictureFeatures(
      packing(
        features, layout: layout, side: rule.patchesPerSide,
        tileColumns: tileColumns(layout, tiles: tiles.tileCount)))
  }

  /// Tiles across a picture's canvas; 1 without one.
  func tileColumns(_ layout: PictureLayout, tiles: Int) -> Int {
    guard tiles > 1, !layout.isVideo else { return 1 }
    let tiling = rule.tiling(
      pictureWidth: layout.pictureWidth, pictureHeight: layout.pictureHeight)
    return tiling?.tileColumns ?? 1
  }

  private func features(
    ofTile index: Int, of tiles: PictureTiles, cancellation: Cancellation
  ) throws -> Matrix {
    let states = try tower(Array(tiles[tile: index]), cancellation: cancellation)
    return try projector(states.slice(rows: configuration.vision.classTokenCount..<states.rows))
  }

  /// One tile's way through the tower and all tiles' features, float32.
  func workingBytes(_ tiles: PictureTiles) -> Int {
    let vision = configuration.vision
    let patches = vision.patchCount + vision.classTokenCount
    let tile = patches * (8 * vision.hiddenSize + 2 * vision.intermediateSize)
    return 4 * (tile + 2 * tiles.tileCount * patches * configuration.text.decoder.hiddenSize)
  }
}

extension PictureLayout {
  /// A video's layout without the frames that stand behind its first `count` tokens.
  fileprivate func frames(showing count: Int) -> PictureLayout {
    let shown = Array(views.prefix { $0.firstToken < count })
    guard shown.count < views.count, let last = shown.last else { return self }
    return PictureLayout(
      pictureWidth: pictureWidth, pictureHeight: pictureHeight, views: shown,
      tokenCount: last.tokens.upperBound, isVideo: true)
  }
}

extension ImageProcessorConfiguration {
  init(
    _ settings: ProcessorConfiguration, model: LlavaConfiguration, resizing: PictureResizing
  ) {
    self.init(
      size: .exact(height: settings.tileSize, width: settings.tileSize),
      crop: (settings.tileSize, settings.tileSize), mean: settings.mean,
      standardDeviation: settings.standardDeviation, rescaleFactor: settings.rescaleFactor,
      filter: settings.resampling == .bicubic ? .bicubic : .bilinear, resizing: resizing,
      pinpoints: model.pinpoints)
  }
}
