import Checkpoints
import Images
import Tensors
import Tokenization

/// What Qwen's models see with: the processor and a tower that takes pictures of any shape.
struct QwenEncoder: PictureEncoder {
  let sizes: PictureSizeRule
  let filter: ResampleFilter
  let resizing: PictureResizing
  let levels: [[Float]]  // what each byte becomes, [3, 256]
  let tower: any QwenTower  // visual
  /// The token that a picture's features replace.
  let imageToken: Int
  let imageText: String
  let videoText: String?

  /// - Parameter videoToken: the token that a video's features would replace.
  init(
    tower: any QwenTower, settings: QwenProcessorConfiguration, imageToken: Int, videoToken: Int,
    tokenizer: Tokenizer, resizing: PictureResizing
  ) throws {
    try Self.requireAgreement(tower.sizes, settings.patches)
    self.tower = tower
    sizes = PictureSizeRule(cellSide: tower.sizes.cellSide, pixels: settings.pixels)
    filter = settings.resampling.filter
    self.resizing = resizing
    levels = settings.colours.levels(resizing: resizing)
    self.imageToken = imageToken
    guard let text = tokenizer.token(imageToken) else {
      throw ModelError.inconsistent(
        what: "the tokenizer's number of tokens", found: "\(tokenizer.idEnd)",
        expected: "more than image_token_id \(imageToken)")
    }
    imageText = text
    videoText = tokenizer.token(videoToken)
  }

  var areGrids: Bool { true }
  var viewNames: [String] { ["image"] }
  /// None is the same for all pictures.
  var tileGrid: (rows: Int, columns: Int) { (0, 0) }
  var tilingRule: TilingRule? { nil }

  /// One view, `image`, of cells row by row.
  func layout(width: Int, height: Int, among count: Int) throws -> PictureLayout {
    let size = try sizes.size(width: width, height: height)
    let cell = tower.sizes.cellSide
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
    let side = tower.sizes.patchSize
    return 4 * tower.workingCount(patches: tiles.tileHeight * tiles.tileWidth / (side * side))
  }

  /// Processor and model files come separately; where they disagree nothing would fit.
  private static func requireAgreement(
    _ model: PatchSizes, _ processor: PatchSizes
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
