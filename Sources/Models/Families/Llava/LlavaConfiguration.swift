package import Checkpoints
internal import JSON
import Tensors

/// A LLaVA model that cuts pictures into tiles: a vision tower, a projector and a decoder.
package struct LlavaConfiguration: Sendable, Equatable {
  package var text: TextConfiguration
  package var vision: VisionConfiguration
  /// The token that an image's features replace.
  package var imageToken: Int
  /// The token that a video's would; nil in a family that sees none.
  package var videoToken: Int?
  /// The resolutions that an image may be brought to before it is cut into tiles.
  package var pinpoints: [ImageSize]
  /// How many tiles' patches may become tokens, N of `anyres_max_N`; nil in a family that keeps
  /// them all and pads no picture.
  package var mostTiles: Int?
  /// Which of the tower's hidden states are features, 0 = the embeddings, n = the output of layer
  /// n - 1; of several the channels are joined in this order. Never negative.
  package var featureStates: [Int]
  package var selectStrategy: FeatureSelection
  package var projector: ProjectorRecipe
}

extension LlavaConfiguration {
  /// How pictures are cut.
  var tiling: TilingRule {
    TilingRule(
      tileSide: vision.imageSize, patchSide: vision.patchSize, pinpoints: pinpoints,
      mostTiles: mostTiles)
  }

  /// Whether one of `count` pictures of a prompt is padded to a square of one tile instead of being
  /// cut (transformers' `LlavaOnevisionImageProcessor`, of the pictures of one conversation).
  func isPadded(among count: Int) -> Bool { mostTiles != nil && count > 1 }

  /// How many tiles the tower is given of a picture of this size, one of `count` of its prompt.
  package func tileCount(width: Int, height: Int, among count: Int) -> Int {
    guard !isPadded(among: count), width > 0, height > 0 else { return 1 }
    let cut = tiling.tiling(pictureWidth: width, pictureHeight: height)
    return 1 + (cut.map { $0.tileRows * $0.tileColumns } ?? 0)
  }

  init(
    _ reader: ConfigurationReader, defaults: LlavaDefaults
  ) throws(CheckpointError) {
    let textReader =
      try reader.child("text_config")
      ?? ConfigurationReader(object: JSONObject(), path: "text_config.")
    text = try ModelFamilies.text(textReader, default: defaults.text)
    let tied = try reader.flag("tie_word_embeddings", default: false)
    text.decoder.tiedHead = text.decoder.tiedHead || tied
    if let visionReader = try reader.child("vision_config") {
      vision = try VisionConfiguration(visionReader, kinds: defaults.towers)
    } else {
      vision = defaults.vision
    }
    imageToken = try reader.token("image_token_id", "image_token_index") ?? defaults.imageToken
    videoToken = try defaults.videoToken.map { token throws(CheckpointError) in
      try reader.token("video_token_id", "video_token_index") ?? token
    }
    pinpoints = try reader.sizePairs("image_grid_pinpoints") ?? defaults.pinpoints
    mostTiles = try defaults.aspectRatio.map { ratio throws(CheckpointError) in
      try reader.mostTiles(default: ratio)
    }
    featureStates = try reader.featureStates(
      default: defaults.featureLayer, layerCount: vision.layerCount)
    selectStrategy = try reader.choice(
      "vision_feature_select_strategy", of: [.default, .full], default: defaults.selectStrategy)
    projector = ProjectorRecipe(
      inputSize: vision.hiddenSize * featureStates.count,
      outputSize: text.decoder.hiddenSize,
      activation: try reader.activation("projector_hidden_act", of: [.gelu], default: .gelu),
      hasBias: try reader.flag("multimodal_projector_bias", default: true))
    try requireConsistency(reader)
  }

  private func requireConsistency(_ reader: ConfigurationReader) throws(CheckpointError) {
    guard imageToken < text.decoder.vocabularySize else {
      throw reader.error(
        "image_token_index", imageToken,
        "a row of the embeddings, below text_config.vocab_size \(text.decoder.vocabularySize)")
    }
    let side = vision.imageSize
    for pinpoint in pinpoints
    where !pinpoint.height.isMultiple(of: side) || !pinpoint.width.isMultiple(of: side) {
      throw .configuration(
        key: "image_grid_pinpoints", found: "[\(pinpoint.height), \(pinpoint.width)]",
        expected: "multiples of vision_config.image_size \(side)")
    }
  }
}
