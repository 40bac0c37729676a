package import Checkpoints

/// Qwen 1.5, 2 and 2.5 of text: biases on queries, keys and values, windows in the upper layers on
/// request.
package struct Qwen2Family: TextFamily {
  package static let modelType = "qwen2"
  package static let architecture = "Qwen2ForCausalLM"

  package let text: TextConfiguration

  /// Defaults are those of Qwen2Config.
  package init(_ reader: ConfigurationReader) throws(CheckpointError) {
    var text = try TextConfiguration(
      reader, modelType: Self.modelType,
      defaults: TextDefaults(
        vocabularySize: 151_936, intermediateSize: 22_016, keyValueHeadCount: 32,
        contextLength: 32_768))
    text.decoder.biases.queriesKeysAndValues = true
    text.decoder.setWindows(try QwenWindows.read(reader, layerCount: text.decoder.layerCount))
    self.text = text
  }
}
