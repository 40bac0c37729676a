package import Checkpoints
internal import JSON
import Tensors

/// A LLaVA-NeXT model: a vision tower, a projector and a decoder.
package struct LlavaNextConfiguration: Sendable, Equatable {
  package var text: TextConfiguration
  package var vision: VisionConfiguration
  /// The token that an image's features replace.
  package var imageToken: Int
  /// The resolutions that an image may be brought to before it is cut into tiles.
  package var pinpoints: [ImageSize]
  /// Which of the tower's hidden states are features, 0 = the embeddings, n = the output of layer
  /// n - 1; of several the channels are joined in this order. Never negative.
  package var featureStates: [Int]
  package var selectStrategy: FeatureSelection
  package var projector: ProjectorRecipe
}

extension LlavaNextConfiguration {
  /// LlavaNextConfig.
  private static let defaultPinpoints = [
    ImageSize(height: 336, width: 672), ImageSize(height: 672, width: 336),
    ImageSize(height: 672, width: 672), ImageSize(height: 1008, width: 336),
    ImageSize(height: 336, width: 1008),
  ]

  /// LlavaNextConfig without a `vision_config`: CLIP ViT-L/14 at 336 pixels.
  private static let defaultVision = VisionConfiguration(
    kind: .clip, hiddenSize: 1024, intermediateSize: 4096, layerCount: 24, headCount: 16,
    channelCount: 3, imageSize: 336, patchSize: 14, activation: .quickGELU, normEpsilon: 1e-5)

  /// Defaults are those of LlavaNextConfig.
  init(_ reader: ConfigurationReader) throws(CheckpointError) {
    let textReader =
      try reader.child("text_config")
      ?? ConfigurationReader(object: JSONObject(), path: "text_config.")
    text = try ModelFamilies.text(textReader)
    let tied = try reader.flag("tie_word_embeddings", default: false)
    text.decoder.tiedHead = text.decoder.tiedHead || tied
    if let visionReader = try reader.child("vision_config") {
      vision = try VisionConfiguration(visionReader, kinds: [.clip])
    } else {
      vision = Self.defaultVision
    }
    imageToken = try reader.token("image_token_id", "image_token_index") ?? 32_000
    pinpoints = try reader.sizePairs("image_grid_pinpoints") ?? Self.defaultPinpoints
    featureStates = try reader.featureStates(default: -2, layerCount: vision.layerCount)
    selectStrategy = try reader.choice(
      "vision_feature_select_strategy", of: [.default, .full], default: .default)
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
