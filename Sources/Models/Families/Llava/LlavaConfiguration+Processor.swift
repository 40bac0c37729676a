import Checkpoints

extension LlavaConfiguration {
  /// Processor and model files come separately; where they disagree nothing would fit.
  func requireAgreement(with processor: ProcessorConfiguration) throws(ModelError) {
    let strategy: FeatureSelection = vision.classTokenCount > 0 ? .default : .full
    guard selectStrategy == strategy else {
      throw .unsupported(
        what: "vision_feature_select_strategy", found: selectStrategy.rawValue,
        supported: strategy.rawValue)
    }
    try require(processor.tileSize, "size", vision.imageSize, "vision_config.image_size")
    try require(processor.patchSize, "patch_size", vision.patchSize, "vision_config.patch_size")
    if let processorPinpoints = processor.pinpoints, processorPinpoints != pinpoints {
      throw .inconsistent(
        what: "the processor's image_grid_pinpoints", found: Self.describe(processorPinpoints),
        expected: "those of config.json, \(Self.describe(pinpoints))")
    }
    guard let mostTiles else { return }
    try require(
      processor.tokensPerTile, "num_image_tokens", vision.patchCount,
      "the patches of a tile of vision_config,")
    // What LlavaOnevisionProcessor assumes.
    let ratio = processor.aspectRatio ?? "anyres_max_9"
    guard ratio == "anyres_max_\(mostTiles)" else {
      throw .inconsistent(
        what: "the processor's vision_aspect_ratio", found: ratio,
        expected: "that of config.json, anyres_max_\(mostTiles)")
    }
  }

  /// - Parameter found: nil where the processor's files are silent.
  private func require(
    _ found: Int?, _ key: String, _ expected: Int, _ source: String
  ) throws(ModelError) {
    guard let found, found != expected else { return }
    throw .inconsistent(
      what: "the processor's \(key)", found: "\(found)", expected: "\(source) \(expected)")
  }

  /// A long list is cut off.
  private static func describe(_ sizes: [ImageSize]) -> String {
    let shown = sizes.prefix(40).map { "[\($0.height), \($0.width)]" }.joined(separator: ", ")
    return sizes.count > 40 ? "[\(shown), … \(sizes.count) in all]" : "[\(shown)]"
  }
}
