import Checkpoints
internal import JSON

/// The windows of Qwen's classes, by layer.
enum QwenWindows {
  /// None unless `use_sliding_window`; then in the layers that `layer_types` names or, before there
  /// was such a list, in those from `max_window_layers` on.
  static func read(
    _ reader: ConfigurationReader, layerCount: Int
  ) throws(CheckpointError) -> [Int?] {
    // 4096: Qwen2Config and Qwen3Config.
    let window = try reader.slidingWindow(default: 4096)
    guard try reader.flag("use_sliding_window", default: false), let window else {
      return Array(repeating: nil, count: layerCount)
    }
    return try slidingLayers(reader, layerCount: layerCount).map { $0 ? window : nil }
  }

  private static func slidingLayers(
    _ reader: ConfigurationReader, layerCount: Int
  ) throws(CheckpointError) -> [Bool] {
    guard let value = reader.object.present("layer_types") else {
      // 28: Qwen2Config and Qwen3Config.
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
