import Checkpoints
import Images
import Tensors

/// What a LLaVA-NeXT model sees with: processor, tower, projector and packing.
struct LlavaNextEncoder: PictureEncoder {
  let configuration: LlavaNextConfiguration
  let processor: ImageProcessor
  let tower: VisionTower  // vision_tower
  let projector: Projector  // multi_modal_projector
  let packing: ImagePacking  // image_newline
  let imageText: String

  init(
    _ model: LlavaNextConfiguration, processor settings: ProcessorConfiguration,
    checkpoint: Checkpoint, resizing: PictureResizing, compute: Compute
  ) throws {
    try Self.requireAgreement(model, settings)
    configuration = model
    processor = try ImageProcessor(
      ImageProcessorConfiguration(settings, model: model, resizing: resizing))
    tower = try VisionTower(
      model.vision, output: .states(model.featureStates),
      weights: checkpoint.scope("vision_tower"), compute: compute)
    projector = try Projector(
      model.projector, weights: checkpoint.scope("multi_modal_projector"), compute: compute)
    packing = ImagePacking(
      newline: try checkpoint.scope("").vector(
        "image_newline", count: model.text.decoder.hiddenSize))
    imageText = settings.imageToken
  }

  var imageToken: Int { configuration.imageToken }
  var viewNames: [String] { TiledView.all }
  var resizing: PictureResizing { processor.configuration.resizing }
  var tileGrid: (rows: Int, columns: Int) {
    (configuration.vision.gridSize, configuration.vision.gridSize)
  }

  var tilingRule: TilingRule? { rule }

  private var rule: TilingRule {
    TilingRule(
      tileSide: processor.tileSide, patchSide: configuration.vision.patchSize,
      pinpoints: processor.configuration.pinpoints)
  }

  func layout(width: Int, height: Int) throws -> PictureLayout {
    try rule.geometry(pictureWidth: width, pictureHeight: height).layout
  }

  func prepare(_ picture: Picture) throws -> PictureTiles { try processor.tiles(of: picture) }

  /// Tile after tile, to bound the memory. The base view's tokens do not depend on the other tiles.
  func embed(
    _ tiles: PictureTiles, layout: PictureLayout, first count: Int, cancellation: Cancellation
  ) throws -> Matrix {
    if let base = layout.view(named: TiledView.base), count <= base.tokens.upperBound {
      return try features(ofTile: 0, of: tiles, cancellation: cancellation)
        .slice(rows: base.tokens)
    }
    let features = try (0..<tiles.tileCount).map {
      try self.features(ofTile: $0, of: tiles, cancellation: cancellation)
    }
    let geometry = try rule.geometry(
      pictureWidth: layout.pictureWidth, pictureHeight: layout.pictureHeight)
    return packing(features, layout: layout, geometry: geometry)
  }

  private func features(
    ofTile index: Int, of tiles: PictureTiles, cancellation: Cancellation
  ) throws -> Matrix {
    let states = try tower(Array(tiles[tile: index]), cancellation: cancellation)
    return projector(states.slice(rows: 1..<states.rows))  // without the class token
  }

  /// One tile's way through the tower and all tiles' features, float32.
  func workingBytes(tiles: Int) -> Int {
    guard tiles > 0 else { return 0 }
    let (vision, patches) = (configuration.vision, configuration.vision.patchCount + 1)
    let tile = patches * (8 * vision.hiddenSize + 2 * vision.intermediateSize)
    return 4 * (tile + 2 * tiles * patches * configuration.text.decoder.hiddenSize)
  }

  /// Processor and model files come separately; where they disagree nothing would fit.
  private static func requireAgreement(
    _ model: LlavaNextConfiguration, _ processor: ProcessorConfiguration
  ) throws(ModelError) {
    guard model.selectStrategy == .default else {
      throw .unsupported(
        what: "vision_feature_select_strategy", found: model.selectStrategy.rawValue,
        supported: "default")
    }
    guard processor.tileSize == model.vision.imageSize else {
      throw .inconsistent(
        what: "the processor's size", found: "\(processor.tileSize)",
        expected: "vision_config.image_size \(model.vision.imageSize)")
    }
    if let patch = processor.patchSize, patch != model.vision.patchSize {
      throw .inconsistent(
        what: "the processor's patch_size", found: "\(patch)",
        expected: "vision_config.patch_size \(model.vision.patchSize)")
    }
    if let pinpoints = processor.pinpoints, pinpoints != model.pinpoints {
      throw .inconsistent(
        what: "the processor's image_grid_pinpoints", found: describe(pinpoints),
        expected: "those of config.json, \(describe(model.pinpoints))")
    }
  }

  private static func describe(_ sizes: [ImageSize]) -> String {
    "[" + sizes.map { "[\($0.height), \($0.width)]" }.joined(separator: ", ") + "]"
  }
}

extension ImageProcessorConfiguration {
  init(
    _ settings: ProcessorConfiguration, model: LlavaNextConfiguration,
    resizing: PictureResizing
  ) {
    self.init(
      size: .exact(height: settings.tileSize, width: settings.tileSize),
      crop: (settings.tileSize, settings.tileSize), mean: settings.mean,
      standardDeviation: settings.standardDeviation, rescaleFactor: settings.rescaleFactor,
      filter: settings.resampling == .bicubic ? .bicubic : .bilinear, resizing: resizing,
      pinpoints: model.pinpoints)
  }
}
