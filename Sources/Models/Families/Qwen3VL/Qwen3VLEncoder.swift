import Checkpoints
import Images
import Tensors
import Tokenization

/// What a Qwen3-VL sees with: the processor and the tower.
struct Qwen3VLEncoder: PictureEncoder {
  let configuration: Qwen3VLConfiguration
  let sizes: PictureSizeRule
  let filter: ResampleFilter
  let resizing: PictureResizing
  let levels: [[Float]]  // what each byte becomes, [3, 256]
  let tower: Qwen3VLTower  // visual
  let imageText: String
  let videoText: String?

  init(
    _ model: Qwen3VLConfiguration, settings: Qwen3VLProcessorConfiguration,
    checkpoint: Checkpoint, tokenizer: Tokenizer, resizing: PictureResizing, compute: Compute
  ) throws {
    try Self.requireAgreement(model.vision, settings)
    configuration = model
    sizes = PictureSizeRule(cellSide: model.vision.cellSide, pixels: settings.pixels)
    filter = settings.resampling.filter
    self.resizing = resizing
    levels = settings.colours.levels(resizing: resizing)
    tower = try Qwen3VLTower(model.vision, weights: checkpoint.scope("visual"), compute: compute)
    guard let text = tokenizer.token(model.imageToken) else {
      throw ModelError.inconsistent(
        what: "the tokenizer's number of tokens", found: "\(tokenizer.idEnd)",
        expected: "more than image_token_id \(model.imageToken)")
    }
    imageText = text
    videoText = tokenizer.token(model.videoToken)
  }

  var imageToken: Int { configuration.imageToken }
  var areGrids: Bool { true }
  var viewNames: [String] { ["image"] }
  /// None is the same for all pictures.
  var tileGrid: (rows: Int, columns: Int) { (0, 0) }
  var tilingRule: TilingRule? { nil }

  /// One view, `image`, of cells row by row.
  func layout(width: Int, height: Int, among count: Int) throws -> PictureLayout {
    let size = try sizes.size(width: width, height: height)
    let cell = configuration.vision.cellSide
    func axis(_ side: Int, _ resized: Int) -> CellAxis {
      CellAxis(
        count: resized / cell, cell: Double(cell), scale: Double(side) / Double(resized))
    }
    let view = PictureView(
      name: viewNames[0], rowAxis: axis(height, size.height), columnAxis: axis(width, size.width),
      firstToken: 0)
    return PictureLayout(
      pictureWidth: width, pictureHeight: height, views: [view], tokenCount: view.tokens.count)
  }

  func prepare(_ picture: Picture, among count: Int) throws -> PictureTiles {
    let size = try sizes.size(width: picture.width, height: picture.height)
    let pixels = try picture.resized(
      width: size.width, height: size.height, filter: filter, resizing: resizing
    ).pixels
    let plane = size.width * size.height
    var values = [Float](repeating: 0, count: 3 * plane)
    for channel in 0..<3 {
      for place in 0..<plane {
        values[channel * plane + place] = levels[channel][Int(pixels[place * 3 + channel])]
      }
    }
    return PictureTiles(
      values: values, tileCount: 1, tileHeight: size.height, tileWidth: size.width)
  }

  /// A picture is seen whole or not at all.
  func embed(
    _ tiles: PictureTiles, layout: PictureLayout, first count: Int, cancellation: Cancellation
  ) throws -> PictureFeatures {
    let (features, deep) = try tower(
      tiles.values, height: tiles.tileHeight, width: tiles.tileWidth, cancellation: cancellation)
    return PictureFeatures(features, behindBlocks: deep)
  }

  func workingBytes(_ tiles: PictureTiles) -> Int {
    let vision = configuration.vision
    let patches = tiles.tileHeight * tiles.tileWidth / (vision.patchSize * vision.patchSize)
    let merged = vision.mergeSize * vision.mergeSize
    let layer = patches * (8 * vision.hiddenSize + 2 * vision.intermediateSize)
    let features = patches / merged * vision.outputSize * (1 + vision.deepLayers.count)
    return 4 * (layer + 2 * patches * vision.hiddenSize + 2 * features)
  }

  /// Processor and model files come separately; where they disagree nothing would fit.
  private static func requireAgreement(
    _ model: Qwen3VLVisionConfiguration, _ processor: Qwen3VLProcessorConfiguration
  ) throws(ModelError) {
    for (key, found, expected, of) in [
      ("patch_size", processor.patchSize, model.patchSize, "patch_size"),
      ("merge_size", processor.mergeSize, model.mergeSize, "spatial_merge_size"),
      (
        "temporal_patch_size", processor.temporalPatchSize, model.temporalPatchSize,
        "temporal_patch_size"
      ),
    ] where found != expected {
      throw .inconsistent(
        what: "the processor's \(key)", found: "\(found)",
        expected: "vision_config.\(of) \(expected)")
    }
  }
}
