import Checkpoints
internal import JSON
import Tensors

extension ConfigurationReader {
  /// One of `choices` by transformers' name for it (`ACT2FN`).
  func activation(
    _ key: String, of choices: [Activation], default fallback: Activation
  ) throws(CheckpointError) -> Activation {
    guard let name = try text(key) else { return fallback }
    guard let choice = choices.first(where: { $0.configurationName == name }) else {
      throw .unsupported(
        key: path + key, found: name, supported: choices.map(\.configurationName))
    }
    return choice
  }

  /// `sliding_window`, of the class's default where it is absent; nil where it is null.
  func slidingWindow(default fallback: Int) throws(CheckpointError) -> Int? {
    let key = "sliding_window"
    return try object[key]?.isNull == true ? nil : size(key, default: fallback, limit: 1 << 30)
  }

  /// `layer_types`: by layer whether it has the window; nil where the list is absent.
  func slidingLayers(layerCount: Int) throws(CheckpointError) -> [Bool]? {
    guard let value = object.present("layer_types") else { return nil }
    let kinds = value.arrayValue?.compactMap(\.stringValue).compactMap(LayerKind.init) ?? []
    guard kinds.count == layerCount, value.arrayValue?.count == layerCount else {
      throw error(
        "layer_types", value, "\(layerCount) of full_attention and sliding_attention")
    }
    return kinds.map { $0 == .sliding }
  }
}

/// transformers' names for what a layer attends to.
enum LayerKind: String, CaseIterable {
  case full = "full_attention"
  case sliding = "sliding_attention"
}

extension Activation {
  var configurationName: String {
    switch self {
    case .quickGELU: "quick_gelu"
    case .gelu: "gelu"
    case .geluTanh: "gelu_pytorch_tanh"
    case .silu: "silu"
    case .relu: "relu"
    }
  }
}
