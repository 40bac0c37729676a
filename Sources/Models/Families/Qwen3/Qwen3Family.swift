package import Checkpoints

/// Qwen3 of text: norms on every head's queries and keys, a head size of its own, windows in the
/// upper layers on request.
package struct Qwen3Family: TextFamily {
  package static let modelType = "qwen3"
  package static let architecture = "Qwen3ForCausalLM"

  package let text: TextConfiguration

  /// Defaults are those of Qwen3Config.
  package init(_ reader: ConfigurationReader) throws(CheckpointError) {
    var text = try TextConfiguration(
      reader, modelType: Self.modelType,
      defaults: TextDefaults(
        vocabularySize: 151_936, intermediateSize: 22_016, keyValueHeadCount: 32, headSize: 128,
        contextLength: 32_768))
    text.decoder.norms.areOnQueriesAndKeys = true
    let bias = try reader.flag("attention_bias", default: false)
    text.decoder.biases.queriesKeysAndValues = bias
    text.decoder.biases.attentionOutput = bias
    text.decoder.setWindows(try QwenWindows.read(reader, layerCount: text.decoder.layerCount))
    self.text = text
  }
}
