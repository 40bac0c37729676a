import Kernel
import TestSupport
import Torch

/// What the models of a test's kernel run on: this program's own operators, or PyTorch's where they
/// are installed.
enum TestDevice: String, CaseIterable, Sendable {
  case processor
  case torch

  static let available = allCases.filter { $0 == .processor || InstalledTorch.library != nil }

  /// The same options, for models on this device.
  func options(_ options: KernelOptions) -> KernelOptions {
    guard self == .torch, let folder = InstalledTorch.folder else { return options }
    var options = options
    options.device = .torch(InstalledTorch.place)
    options.torch = { _ in .found(folder) }
    return options
  }
}
