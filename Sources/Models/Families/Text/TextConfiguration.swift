internal import JSON

/// The sizes and variants of a Llama-like decoder.
package struct TextConfiguration: Sendable, Equatable {
  package enum Family: String, Sendable, CaseIterable {
    case llama
    case mistral
    case qwen2
  }

  package var family: Family
  package var vocabularySize: Int
  package var hiddenSize: Int
  package var intermediateSize: Int
  package var layerCount: Int
  package var headCount: Int
  /// Grouped-query attention: `headCount` is a multiple of it.
  package var keyValueHeadCount: Int
  package var headSize: Int
  package var contextLength: Int
  package var activation: Activation
  package var normEpsilon: Double
  package var rotary: RotaryConfiguration
  package var queryKeyValueBias: Bool
  package var attentionOutputBias: Bool
  package var feedForwardBias: Bool
  package var tiedHead: Bool
  /// By layer: keys older than this many tokens are not seen; nil sees all.
  package var slidingWindows: [Int?]
  package var beginToken: Int?
  package var endTokens: [Int]
  /// The type that the configuration says the weights have (`dtype` or `torch_dtype`); the files'
  /// headers decide.
  package var storedType: String?
}

extension TextConfiguration {
  /// What the configuration class assumes where the file is silent, as files saved before
  /// transformers 5 often are: they hold only what differs from the class.
  private struct Defaults {
    var vocabularySize: Int
    var hiddenSize = 4096
    var intermediateSize: Int
    var layerCount = 32
    var headCount = 32
    /// Nil: as many as heads.
    var keyValueHeadCount: Int?
    var contextLength: Int
    var normEpsilon = 1e-6
    var beginToken: Int?
    var endTokens: [Int]

    init(_ family: Family) {
      switch family {
      case .llama:  // LlamaConfig
        (vocabularySize, intermediateSize) = (32_000, 11_008)
        (keyValueHeadCount, contextLength) = (nil, 2048)
        (beginToken, endTokens) = (1, [2])
      case .mistral:  // MistralConfig
        (vocabularySize, intermediateSize) = (32_000, 14_336)
        (keyValueHeadCount, contextLength) = (8, 131_072)
        (beginToken, endTokens) = (1, [2])
      case .qwen2:  // Qwen2Config
        (vocabularySize, intermediateSize) = (151_936, 22_016)
        (keyValueHeadCount, contextLength) = (32, 32_768)
        (beginToken, endTokens) = (nil, [])
      }
    }
  }

  init(_ reader: ConfigurationReader, family: Family) throws(CheckpointError) {
    let defaults = Defaults(family)
    self.family = family
    vocabularySize = try reader.size(
      "vocab_size", default: defaults.vocabularySize, limit: 1 << 24)
    hiddenSize = try reader.size("hidden_size", default: defaults.hiddenSize)
    intermediateSize = try reader.size("intermediate_size", default: defaults.intermediateSize)
    layerCount = try reader.size(
      "num_hidden_layers", default: defaults.layerCount, limit: 4096)
    headCount = try reader.size("num_attention_heads", default: defaults.headCount)
    keyValueHeadCount = try Self.keyValueHeadCount(reader, defaults, headCount: headCount)
    headSize = try Self.headSize(reader, hiddenSize: hiddenSize, headCount: headCount)
    contextLength = try reader.size(
      "max_position_embeddings", default: defaults.contextLength, limit: 1 << 30)
    activation = try reader.choice("hidden_act", of: [.silu], default: .silu)
    normEpsilon = try reader.positive("rms_norm_eps", default: defaults.normEpsilon)
    rotary = try RotaryConfiguration(reader, contextLength: contextLength)
    let attentionBias = try reader.flag("attention_bias", default: false)
    let feedForwardBias = try reader.flag("mlp_bias", default: false)
    // Only Llama reads the two; Qwen2 always has biases on queries, keys and values alone.
    queryKeyValueBias = family == .llama && attentionBias || family == .qwen2
    attentionOutputBias = family == .llama && attentionBias
    self.feedForwardBias = family == .llama && feedForwardBias
    tiedHead = try reader.flag("tie_word_embeddings", default: false)
    slidingWindows = try Self.slidingWindows(reader, family: family, layerCount: layerCount)
    beginToken = try reader.token("bos_token_id") ?? defaults.beginToken
    endTokens = try reader.tokens("eos_token_id") ?? defaults.endTokens
    storedType = try reader.text("dtype", "torch_dtype")
  }

  private static func keyValueHeadCount(
    _ reader: ConfigurationReader, _ defaults: Defaults, headCount: Int
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
    _ reader: ConfigurationReader, hiddenSize: Int, headCount: Int
  ) throws(CheckpointError) -> Int {
    let size: Int
    if let explicit = try reader.optionalSize("head_dim") {
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

  private static func slidingWindows(
    _ reader: ConfigurationReader, family: Family, layerCount: Int
  ) throws(CheckpointError) -> [Int?] {
    let full = [Int?](repeating: nil, count: layerCount)
    let key = "sliding_window"
    // 4096: MistralConfig and Qwen2Config where the key is absent; null means no window.
    let window =
      try reader.object[key]?.isNull == true
      ? nil : reader.size(key, default: 4096, limit: 1 << 30)
    switch family {
    case .llama: return full
    case .mistral: return .init(repeating: window, count: layerCount)
    case .qwen2:
      guard try reader.flag("use_sliding_window", default: false), let window else { return full }
      return try qwenLayerIsSliding(reader, layerCount: layerCount).map { $0 ? window : nil }
    }
  }

  /// By layer, from `layer_types` or, before there was such a list, from `max_window_layers`.
  private static func qwenLayerIsSliding(
    _ reader: ConfigurationReader, layerCount: Int
  ) throws(CheckpointError) -> [Bool] {
    guard let value = reader.object.present("layer_types") else {
      // 28: Qwen2Config.
      let fullLayerCount = reader.object["max_window_layers"]?.plainInteger ?? 28
      return (0..<layerCount).map { $0 >= fullLayerCount }
    }
    let names = value.arrayValue?.compactMap(\.stringValue) ?? []
    guard names.count == layerCount,
      names.allSatisfy({ ["full_attention", "sliding_attention"].contains($0) })
    else {
      throw reader.error(
        "layer_types", value, "\(layerCount) of full_attention and sliding_attention")
    }
    return names.map { $0 == "sliding_attention" }
  }
}
