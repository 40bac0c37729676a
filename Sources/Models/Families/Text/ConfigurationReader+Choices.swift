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

  /// Every decoder here has gates of SiLU.
  func requireSiLU() throws(CheckpointError) {
    _ = try activation("hidden_act", of: [.silu], default: .silu)
  }

  /// `sliding_window`, of the class's default where it is absent; nil where it is null.
  func slidingWindow(default fallback: Int) throws(CheckpointError) -> Int? {
    let key = "sliding_window"
    return try object[key]?.isNull == true ? nil : size(key, default: fallback, limit: 1 << 30)
  }
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
