import Models
import Tensors
import TestSupport
import Torch

/// What a reference's model runs on: this program's own operators, or PyTorch's where they are
/// installed (`PresenceTests` fails where they are to be and are not).
enum TestEngine: String, CaseIterable, Sendable {
  case host
  case torch

  static let available = allCases.filter { $0 == .host || InstalledTorch.library != nil }

  var layers: LayerEngine {
    switch self {
    case .host: .host
    case .torch: LayerEngine { precision, _, _ in try InstalledTorch.operators(precision) }
    }
  }
}
