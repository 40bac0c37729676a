package import Checkpoints
internal import JSON
import Tensors

/// Gemma 3 of text: local layers with a window and global ones, each kind with a rotary embedding
/// of its own; norms around both halves of a block and on every head's queries and keys, each of 1
/// + w; gates of GELU; scaled embeddings.
package struct Gemma3TextFamily: TextFamily {
  package static let modelType = "gemma3_text"
  package static let architecture = "Gemma3ForCausalLM"

  package let text: TextConfiguration

  /// Defaults are those of Gemma3TextConfig.
  package init(_ reader: ConfigurationReader) throws(CheckpointError) {
    try Self.requirePlainFormulas(reader)
    let rotary = try Gemma3Rotary(reader)
    var text = try TextConfiguration(
      reader, modelType: Self.modelType,
      defaults: TextDefaults(
        gate: .geluTanh, gateKey: "hidden_activation", vocabularySize: 262_208, hiddenSize: 2304,
        intermediateSize: 9216, layerCount: 26, headCount: 8, keyValueHeadCount: 4, headSize: 256,
        contextLength: 131_072, tiedHead: true, beginToken: 2, endTokens: [1]),
      rotary: rotary.global)
    text.decoder.norms.areOnQueriesAndKeys = true
    text.decoder.norms.areOnUpdates = true
    text.decoder.norms.addOne = true
    text.decoder.scalesEmbeddings = true
    let scalar = try reader.positive("query_pre_attn_scalar", default: 256)
    text.decoder.attentionScale = 1 / scalar.squareRoot()
    let bias = try reader.flag("attention_bias", default: false)
    text.decoder.biases.queriesKeysAndValues = bias
    text.decoder.biases.attentionOutput = bias
    let windows = try Self.windows(reader, layerCount: text.decoder.layerCount)
    text.decoder.setWindows(windows)
    for (layer, window) in windows.enumerated() where window != nil {
      text.decoder.layers[layer].rotary = rotary.local
    }
    // All models share one tokenizer, which has a picture's token.
    text.tokensWithoutRows = ["<image_soft_token>"]
    self.text = text
  }

  /// What no Gemma 3 has and would make other numbers.
  private static func requirePlainFormulas(
    _ reader: ConfigurationReader
  ) throws(CheckpointError) {
    for key in ["attn_logit_softcapping", "final_logit_softcapping"] {
      if let value = reader.object.present(key) {
        throw .unsupported(key: reader.path + key, found: value.summary, supported: ["null"])
      }
    }
    if try reader.flag("use_bidirectional_attention", default: false) {
      throw .unsupported(
        key: reader.path + "use_bidirectional_attention", found: "true", supported: ["false"])
    }
  }

  /// By layer: those that `layer_types` names or, before there was such a list, all but every
  /// `sliding_window_pattern`-th.
  private static func windows(
    _ reader: ConfigurationReader, layerCount: Int
  ) throws(CheckpointError) -> [Int?] {
    let pattern = try reader.size("sliding_window_pattern", default: 6)
    let sliding =
      try reader.slidingLayers(layerCount: layerCount)
      ?? (1...layerCount).map { !$0.isMultiple(of: pattern) }
    guard sliding.contains(true) else { return Array(repeating: nil, count: layerCount) }
    guard let window = try reader.slidingWindow(default: 4096) else {
      throw reader.error(
        "sliding_window", .null, "an integer from 1, as some layers have a window")
    }
    return sliding.map { $0 ? window : nil }
  }
}
