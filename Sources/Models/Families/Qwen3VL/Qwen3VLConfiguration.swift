import Checkpoints
internal import JSON

/// A Qwen3-VL model: a vision tower and a Qwen3 decoder whose tokens have three places.
package struct Qwen3VLConfiguration: Sendable, Equatable {
  package var text: TextConfiguration
  package var vision: Qwen3VLVisionConfiguration
  /// The token that a picture's features replace.
  package var imageToken: Int
  /// The token that a video's would.
  package var videoToken: Int
}

extension Qwen3VLConfiguration {
  /// Defaults are those of Qwen3VLConfig.
  init(_ reader: ConfigurationReader) throws(CheckpointError) {
    func child(_ key: String) throws(CheckpointError) -> ConfigurationReader {
      try reader.child(key) ?? ConfigurationReader(object: JSONObject(), path: "\(key).")
    }
    text = try Self.text(child("text_config"))
    let tied = try reader.flag("tie_word_embeddings", default: false)
    text.decoder.tiedHead = text.decoder.tiedHead || tied
    vision = try Qwen3VLVisionConfiguration(child("vision_config"))
    imageToken = try reader.token("image_token_id") ?? 151_655
    videoToken = try reader.token("video_token_id") ?? 151_656
    guard imageToken < text.decoder.vocabularySize else {
      throw reader.error(
        "image_token_id", imageToken,
        "a row of the embeddings, below text_config.vocab_size \(text.decoder.vocabularySize)")
    }
    guard vision.outputSize == text.decoder.hiddenSize else {
      throw reader.error(
        "vision_config.out_hidden_size", vision.outputSize,
        "text_config.hidden_size \(text.decoder.hiddenSize)")
    }
  }

  /// Defaults are those of Qwen3VLTextConfig.
  private static func text(
    _ reader: ConfigurationReader
  ) throws(CheckpointError) -> TextConfiguration {
    let kind = "qwen3_vl_text"
    if let type = try reader.text("model_type"), type != kind {
      throw .unsupported(key: reader.path + "model_type", found: type, supported: [kind])
    }
    let defaults = TextDefaults(
      vocabularySize: 151_936, intermediateSize: 22_016, keyValueHeadCount: 32, headSize: 128,
      contextLength: 128_000)
    var text = try TextConfiguration(
      reader, modelType: kind, defaults: defaults,
      rotary: RotaryRecipe(
        threePlaces: reader, theta: 500_000,
        sections: RotaryRecipe.Sections([24, 20, 20], interleaved: true),
        contextLength: defaults.contextLength))
    text.decoder.norms.areOnQueriesAndKeys = true
    let bias = try reader.flag("attention_bias", default: false)
    text.decoder.biases.queriesKeysAndValues = bias
    text.decoder.biases.attentionOutput = bias
    try text.decoder.requireWholeSections(reader)
    return text
  }
}
