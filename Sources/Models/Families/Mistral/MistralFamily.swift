package import Checkpoints

/// Mistral: a sliding window in every layer, where the file has one.
package struct MistralFamily: TextFamily {
  package static let modelType = "mistral"
  package static let architecture = "MistralForCausalLM"

  package let text: TextConfiguration

  /// Defaults are those of MistralConfig.
  package init(_ reader: ConfigurationReader) throws(CheckpointError) {
    var text = try TextConfiguration(
      reader, modelType: Self.modelType,
      defaults: TextDefaults(
        vocabularySize: 32_000, intermediateSize: 14_336, keyValueHeadCount: 8,
        contextLength: 131_072, beginToken: 1, endTokens: [2]))
    let window = try reader.slidingWindow(default: 4096)
    text.decoder.setWindows(Array(repeating: window, count: text.decoder.layerCount))
    self.text = text
  }
}
