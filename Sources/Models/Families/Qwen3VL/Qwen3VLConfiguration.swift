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
      rotary: rotary(reader, contextLength: defaults.contextLength))
    text.decoder.norms.areOnQueriesAndKeys = true
    let bias = try reader.flag("attention_bias", default: false)
    text.decoder.biases.queriesKeysAndValues = bias
    text.decoder.biases.attentionOutput = bias
    let pairs = text.decoder.headSize / 2
    let sections = text.decoder.layers.first?.rotary.sections ?? []
    guard sections.reduce(0, +) == pairs else {
      throw reader.error(
        "rope_parameters.mrope_section", .array(sections.map { .integer(Int64($0)) }),
        "three numbers that make \(pairs), half of head_dim")
    }
    return text
  }

  private static func rotary(
    _ reader: ConfigurationReader, contextLength fallback: Int
  ) throws(CheckpointError) -> RotaryRecipe {
    let old = try reader.child("rope_scaling").flatMap { $0.object.members.isEmpty ? nil : $0 }
    let new = try reader.child("rope_parameters")
    let scaling = old ?? new
    var rotary = try RotaryRecipe(
      scaling, theta: reader.positive("rope_theta", default: 500_000), outer: reader,
      contextLength: reader.size(
        "max_position_embeddings", default: fallback, limit: 1 << 30))
    rotary.sections = [24, 20, 20]
    let key = "mrope_section"
    guard let scaling, let value = scaling.object.present(key) else { return rotary }
    let sections = value.arrayValue?.compactMap(\.plainInteger) ?? []
    guard value.arrayValue?.count == 3, sections.count == 3,
      sections.allSatisfy({ (0...ConfigurationReader.sizeLimit).contains($0) })
    else { throw scaling.error(key, value, "three numbers of pairs: time, height and width") }
    rotary.sections = sections
    return rotary
  }
}
