import Checkpoints
internal import JSON

/// A Qwen2.5-VL model: a vision tower of windows and a Qwen2 decoder whose tokens have three
/// places.
package struct Qwen25VLConfiguration: Sendable, Equatable {
  package var text: TextConfiguration
  package var vision: Qwen25VLVisionConfiguration
  /// The token that a picture's features replace.
  package var imageToken: Int
  /// The token that a video's would.
  package var videoToken: Int
}

extension Qwen25VLConfiguration {
  /// Defaults are those of Qwen2_5_VLConfig. The first files have the decoder's keys beside
  /// `vision_config`; those under `text_config` count alone where there is one.
  init(_ reader: ConfigurationReader) throws(CheckpointError) {
    text = try Self.text(reader.child("text_config") ?? reader)
    let tied = try reader.flag("tie_word_embeddings", default: false)
    text.decoder.tiedHead = text.decoder.tiedHead || tied
    vision = try Qwen25VLVisionConfiguration(
      reader.child("vision_config")
        ?? ConfigurationReader(object: JSONObject(), path: "vision_config."))
    imageToken = try reader.token("image_token_id") ?? 151_655
    videoToken = try reader.token("video_token_id") ?? 151_656
    guard imageToken < text.decoder.vocabularySize else {
      throw reader.error(
        "image_token_id", imageToken,
        "a row of the embeddings, below vocab_size \(text.decoder.vocabularySize)")
    }
    guard vision.outputSize == text.decoder.hiddenSize else {
      throw reader.error(
        "vision_config.out_hidden_size", vision.outputSize,
        "the decoder's hidden_size \(text.decoder.hiddenSize)")
    }
  }

  /// Defaults are those of Qwen2_5_VLTextConfig.
  private static func text(
    _ reader: ConfigurationReader
  ) throws(CheckpointError) -> TextConfiguration {
    let kinds = ["qwen2_5_vl_text", "qwen2_5_vl"]
    if let type = try reader.text("model_type"), !kinds.contains(type) {
      throw .unsupported(key: reader.path + "model_type", found: type, supported: kinds)
    }
    let defaults = TextDefaults(
      vocabularySize: 152_064, hiddenSize: 8192, intermediateSize: 29_568, layerCount: 80,
      headCount: 64, keyValueHeadCount: 8, contextLength: 32_768, normEpsilon: 1e-5,
      beginToken: 151_643, endTokens: [151_645])
    var text = try TextConfiguration(
      reader, modelType: kinds[0], defaults: defaults,
      rotary: RotaryRecipe(
        threePlaces: reader, theta: 1_000_000,
        sections: RotaryRecipe.Sections([16, 24, 24], interleaved: false),
        contextLength: defaults.contextLength, plainTypes: ["mrope"]))
    // Its attention takes head_dim from no file.
    guard text.decoder.headSize * text.decoder.headCount == text.decoder.hiddenSize else {
      throw reader.error(
        "head_dim", text.decoder.headSize,
        "hidden_size \(text.decoder.hiddenSize) over num_attention_heads "
          + "\(text.decoder.headCount)")
    }
    text.decoder.biases.queriesKeysAndValues = true
    text.decoder.setWindows(
      try QwenWindows.read(reader, layerCount: text.decoder.layerCount, fullLayerCount: 80))
    try text.decoder.requireWholeSections(reader)
    return text
  }
}
