import Checkpoints
import Images
import Tensors
import Tokenization

/// What a Gemma 3 sees with: processor, tower, projector, and the words around a picture's tokens.
struct Gemma3Encoder: PictureEncoder {
  let configuration: Gemma3Configuration
  let processor: ImageProcessor
  let tower: VisionTower  // vision_tower
  let projector: any FeatureProjector  // multi_modal_projector
  let words: Gemma3Words
  let layout: Gemma3Layout

  init(
    _ model: Gemma3Configuration, settings: Gemma3ProcessorConfiguration, checkpoint: Checkpoint,
    tokenizer: Tokenizer, resizing: PictureResizing, compute: Compute, engine: some Operators
  ) throws {
    try Self.requireAgreement(model, settings)
    configuration = model
    processor = try ImageProcessor(ImageProcessorConfiguration(settings.image, resizing: resizing))
    tower = try VisionTower(
      model.vision, output: .normed, weights: checkpoint.scope("vision_tower"), compute: compute,
      engine: engine)
    projector = try Gemma3Projector(
      model, weights: checkpoint.scope("multi_modal_projector"), engine: engine)
    words = try Gemma3Words(model, tokenizer)
    let vision = model.vision
    layout = Gemma3Layout(
      tokensPerSide: model.tokensPerSide,
      seenShare: Double(vision.gridSize * vision.patchSize) / Double(vision.imageSize),
      panAndScan: settings.panAndScan,
      tokensBehindBase: try words.tokenCount(behindBase: true, tokenizer),
      tokensBetweenCrops: try words.tokenCount(behindBase: false, tokenizer))
  }

  var imageToken: Int { configuration.imageToken }
  var tokenText: String { words.image }
  var imageText: String { words.begin }
  var seesWholeViews: Bool { true }
  var viewNames: [String] { layout.viewNames }
  var finestView: String { Gemma3Layout.base }
  var resizing: PictureResizing { processor.configuration.resizing }
  var tileGrid: (rows: Int, columns: Int) {
    (configuration.tokensPerSide, configuration.tokensPerSide)
  }
  var tilingRule: TilingRule? { nil }

  func layout(width: Int, height: Int, among count: Int) throws -> PictureLayout {
    try layout(width: width, height: height)
  }

  func expansion(of layout: PictureLayout) -> String { words.expansion(of: layout) }

  func prepare(_ picture: Picture, among count: Int) throws -> PictureTiles {
    let tiles = try layout.parts(width: picture.width, height: picture.height).map { part in
      try processor.tiles(of: picture.cropped(columns: part.columns, rows: part.rows))
    }
    let side = processor.tileSide
    return PictureTiles(
      values: tiles.flatMap(\.values), tileCount: tiles.count, tileHeight: side, tileWidth: side)
  }

  /// View after view, to bound the memory. Rows between views are zeros.
  func embed(
    _ tiles: PictureTiles, layout: PictureLayout, first count: Int, cancellation: Cancellation
  ) throws -> PictureFeatures {
    let needed = layout.views.prefix { $0.tokens.lowerBound < count }
    let end = needed.last?.tokens.upperBound ?? 0
    var result = Matrix(
      rows: max(end, min(count, layout.tokenCount)),
      columns: configuration.text.decoder.hiddenSize)
    for (index, view) in needed.enumerated() {
      let states = try tower(Array(tiles[tile: index]), cancellation: cancellation)
      result.replace(rows: view.tokens, with: try projector(states))
    }
    return PictureFeatures(result)
  }

  /// One tile's way through the tower and all tiles' features, float32.
  func workingBytes(_ tiles: PictureTiles) -> Int {
    let (vision, tokens) = (configuration.vision, layout.tokensPerSide * layout.tokensPerSide)
    let tile = vision.patchCount * (8 * vision.hiddenSize + 2 * vision.intermediateSize)
    return 4 * (tile + 2 * tiles.tileCount * tokens * configuration.text.decoder.hiddenSize)
  }

  /// Processor and model files come separately; where they disagree nothing would fit.
  private static func requireAgreement(
    _ model: Gemma3Configuration, _ settings: Gemma3ProcessorConfiguration
  ) throws(ModelError) {
    guard settings.image.tileSize == model.vision.imageSize else {
      throw .inconsistent(
        what: "the processor's size", found: "\(settings.image.tileSize)",
        expected: "vision_config.image_size \(model.vision.imageSize)")
    }
    let tokens = model.tokensPerSide * model.tokensPerSide
    if let found = settings.tokensPerView, found != tokens {
      throw .inconsistent(
        what: "the processor's image_seq_length", found: "\(found)",
        expected: "mm_tokens_per_image \(tokens)")
    }
  }
}

extension ImageProcessorConfiguration {
  /// Whole pictures alone.
  fileprivate init(_ settings: ProcessorConfiguration, resizing: PictureResizing) {
    self.init(
      size: .exact(height: settings.tileSize, width: settings.tileSize), crop: nil,
      mean: settings.mean, standardDeviation: settings.standardDeviation,
      rescaleFactor: settings.rescaleFactor,
      filter: settings.resampling == .bicubic ? .bicubic : .bilinear, resizing: resizing,
      pinpoints: [])
  }
}
