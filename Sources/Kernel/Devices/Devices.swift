import Models
import Tensors
import Torch

/// The devices that models are on, opened as they are asked for. Touched by the engine's thread
/// alone.
final class Devices {
  private let find: @Sendable () -> TorchFolder
  private let threads: Int
  private var library: TorchLibrary?
  private(set) var loaded: [LoadedDevice] = []

  init(_ find: @escaping @Sendable () -> TorchFolder, threads: Int) {
    self.find = find
    self.threads = threads
  }

  /// The device of a choice for a model in some precision; nil is the processor.
  /// - Throws: `KernelError.deviceUnavailable`, `TorchError`.
  func device(_ choice: DeviceChoice, precision: Precision?) throws -> LoadedDevice? {
    switch choice {
    case .processor: return nil
    case .torch(let place): return try device(at: place)
    case .auto:
      // What is not there is no fault of a client that takes what there is.
      guard precision != .int8, (try? open())?.cudaDevices.count ?? 0 > 0 else { return nil }
      return try? device(at: .cuda(0))
    }
  }

  private func device(at place: TorchDevice.Place) throws -> LoadedDevice {
    if let known = loaded.first(where: { $0.device.place == place }) {
      // Says why where it is lost.
      try known.device.synchronize()
      return known
    }
    let made = LoadedDevice(try TorchDevice(place, of: open()))
    loaded.append(made)
    return made
  }

  private func open() throws -> TorchLibrary {
    if let library { return library }
    switch find() {
    case .found(let folder):
      let opened = try TorchLibrary(folder: folder, threads: threads)
      library = opened
      return opened
    case .absent(let reason): throw KernelError.deviceUnavailable(reason)
    }
  }
}

/// Where PyTorch's libraries lie, or why no place is known.
package enum TorchFolder: Sendable {
  case found(String)
  case absent(reason: String)
}
