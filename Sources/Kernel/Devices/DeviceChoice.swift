package import Torch

/// What a model's layers run on, as a client or the command line asks for it.
package enum DeviceChoice: Sendable, Equatable {
  /// The processor, by this program's own operators.
  case processor
  /// The first card where PyTorch's libraries and a card are there, else the processor.
  case auto
  /// A device through PyTorch's libraries.
  case torch(TorchDevice.Place)

  /// - Parameter name: "cpu", "auto", "cuda", "cuda:N" or "torch:cpu".
  package init(named name: String) throws(KernelError) {
    switch name {
    case "cpu": self = .processor
    case "auto": self = .auto
    case "torch:cpu": self = .torch(.cpu)
    default:
      guard let place = try? TorchDevice.Place(named: name), place != .cpu else {
        throw .deviceUnavailable(
          "there is no device \"\(name.prefix(100))\", expected cpu, auto, cuda, cuda:N or "
            + "torch:cpu")
      }
      self = .torch(place)
    }
  }
}
