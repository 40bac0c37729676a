import Checkpoints
internal import JSON
import Tensors

/// A decoder and the tokens that begin and end its texts.
package struct TextConfiguration: Sendable, Equatable {
  /// The family's `model_type`.
  package let modelType: String
  package var decoder: DecoderRecipe
  package var beginToken: Int?
  package var endTokens: [Int]
  /// Tokens that the family's tokenizer has whether or not the model has embeddings for them; a
  /// prompt with one that it lacks is refused.
  package var tokensWithoutRows: Set<String> = []
}

extension TextConfiguration {
  /// Reads what all Llama-like configurations call by the same keys. No projection has a bias, no
  /// layer a window.
  /// - Parameter rotary: the layers' rotary embedding, where the family reads it itself.
  init(
    _ reader: ConfigurationReader, modelType: String, defaults: TextDefaults,
    rotary ownRotary: RotaryRecipe? = nil
  ) throws(CheckpointError) {
    self.modelType = modelType
    let hiddenSize = try reader.size("hidden_size", default: defaults.hiddenSize)
    let layerCount = try reader.size(
      "num_hidden_layers", default: defaults.layerCount, limit: 4096)
    let headCount = try reader.size("num_attention_heads", default: defaults.headCount)
    let contextLength = try reader.size(
      "max_position_embeddings", default: defaults.contextLength, limit: 1 << 30)
    _ = try reader.activation(
      defaults.gateKey, of: [defaults.gate.activation], default: defaults.gate.activation)
    let rotary: RotaryRecipe
    if let ownRotary {
      rotary = ownRotary
    } else {
      rotary = try RotaryRecipe(reader, contextLength: contextLength)
    }
    decoder = DecoderRecipe(
      vocabularySize: try reader.size(
        "vocab_size", default: defaults.vocabularySize, limit: 1 << 24),
      hiddenSize: hiddenSize,
      intermediateSize: try reader.size(
        "intermediate_size", default: defaults.intermediateSize),
      headCount: headCount,
      keyValueHeadCount: try Self.keyValueHeadCount(reader, defaults, headCount: headCount),
      headSize: try Self.headSize(
        reader, defaults, hiddenSize: hiddenSize, headCount: headCount),
      contextLength: contextLength,
      gate: defaults.gate,
      norms: DecoderRecipe.Norms(
        epsilon: try reader.positive("rms_norm_eps", default: defaults.normEpsilon)),
      biases: DecoderRecipe.Biases(),
      tiedHead: try reader.flag("tie_word_embeddings", default: defaults.tiedHead),
      layers: Array(
        repeating: DecoderRecipe.Layer(rotary: rotary, window: nil), count: layerCount))
    beginToken = try reader.token("bos_token_id") ?? defaults.beginToken
    endTokens = try reader.tokens("eos_token_id") ?? defaults.endTokens
  }

  private static func keyValueHeadCount(
    _ reader: ConfigurationReader, _ defaults: TextDefaults, headCount: Int
  ) throws(CheckpointError) -> Int {
    let key = "num_key_value_heads"
    // Written as null, it means as many as heads in every class; absent, the class's default.
    let isNull = reader.object[key]?.isNull ?? false
    let count = try reader.size(
      key, default: isNull ? headCount : defaults.keyValueHeadCount ?? headCount)
    guard headCount.isMultiple(of: count) else {
      throw reader.error(key, count, "a divisor of num_attention_heads \(headCount)")
    }
    return count
  }

  private static func headSize(
    _ reader: ConfigurationReader, _ defaults: TextDefaults, hiddenSize: Int, headCount: Int
  ) throws(CheckpointError) -> Int {
    let size: Int
    if let explicit = try reader.optionalSize("head_dim") ?? defaults.headSize {
      size = explicit
    } else {
      guard hiddenSize.isMultiple(of: headCount) else {
        throw reader.error(
          "hidden_size", hiddenSize, "a multiple of num_attention_heads \(headCount)")
      }
      size = hiddenSize / headCount
    }
    // Rotary embedding turns pairs.
    guard size.isMultiple(of: 2) else {
      throw reader.error("head_dim", size, "an even number")
    }
    return size
  }
}

extension DecoderRecipe {
  /// Gives every layer its window.
  mutating func setWindows(_ windows: [Int?]) {
    for (index, window) in windows.enumerated() { layers[index].window = window }
  }
}
