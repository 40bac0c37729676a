import Checkpoints
internal import JSON

/// The windows of Qwen's classes, by layer.
enum QwenWindows {
  /// None unless `use_sliding_window`; then in the layers that `layer_types` names or, before there
  /// was such a list, in those from `max_window_layers` on.
  /// - Parameter fallback: the class's default, that of Qwen2Config and Qwen3Config.
  static func read(
    _ reader: ConfigurationReader, layerCount: Int, fullLayerCount fallback: Int = 28
  ) throws(CheckpointError) -> [Int?] {
    // 4096: Qwen2Config and Qwen3Config.
    let window = try reader.slidingWindow(default: 4096)
    guard try reader.flag("use_sliding_window", default: false), let window else {
      return Array(repeating: nil, count: layerCount)
    }
    if let sliding = try reader.slidingLayers(layerCount: layerCount) {
      return sliding.map { $0 ? window : nil }
    }
    let fullLayerCount = reader.object["max_window_layers"]?.plainInteger ?? fallback
    return (0..<layerCount).map { $0 >= fullLayerCount ? window : nil }
  }
}
