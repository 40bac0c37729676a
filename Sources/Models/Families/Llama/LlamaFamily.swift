package import Checkpoints

/// Llama 2, 3, 3.1 and 3.2 of text, Vicuna, Yi: biases where the file asks for them.
package struct LlamaFamily: TextFamily {
  package static let modelType = "llama"
  package static let architecture = "LlamaForCausalLM"

  package let text: TextConfiguration

  /// Defaults are those of LlamaConfig.
  package init(_ reader: ConfigurationReader) throws(CheckpointError) {
    var text = try TextConfiguration(
      reader, modelType: Self.modelType,
      defaults: TextDefaults(
        vocabularySize: 32_000, intermediateSize: 11_008, contextLength: 2048, beginToken: 1,
        endTokens: [2]))
    let attentionBias = try reader.flag("attention_bias", default: false)
    text.decoder.biases = DecoderRecipe.Biases(
      queriesKeysAndValues: attentionBias, attentionOutput: attentionBias,
      feedForward: try reader.flag("mlp_bias", default: false))
    self.text = text
  }
}
