import JSONRPC
import Models
import Tensors
import Torch

/// The devices that models are on, opened as they are asked for. Touched by the engine's thread
/// alone.
final class Devices {
  private let find: @Sendable (_ goesOn: () -> Bool) -> TorchFolder
  /// What was found; what is not there is not looked for again.
  private var folder: TorchFolder?
  private let threads: Int
  private var library: TorchLibrary?
  private(set) var loaded: [LoadedDevice] = []

  init(_ find: @escaping @Sendable (_ goesOn: () -> Bool) -> TorchFolder, threads: Int) {
    self.find = find
    self.threads = threads
  }

  /// The device of a choice for a model in some precision; nil is the processor.
  /// - Parameter call: who may stop looking for PyTorch.
  /// - Throws: `KernelError.deviceUnavailable`, `TorchError`.
  func device(
    _ choice: DeviceChoice, precision: Precision?, for call: Call?
  ) throws -> LoadedDevice? {
    switch choice {
    case .processor: return nil
    case .torch(let place): return try device(at: place, for: call)
    case .auto:
      // What is not there is no fault of a client that takes what there is.
      guard precision != .int8 else { return nil }
      do {
        guard try open(for: call).cudaDevices.count > 0 else { return nil }
        return try device(at: .cuda(0), for: call)
      } catch let error where !(error is CancellationError) { return nil }
    }
  }

  private func device(at place: TorchDevice.Place, for call: Call?) throws -> LoadedDevice {
    if let known = loaded.first(where: { $0.device.place == place }) {
      // Says why where it is lost.
      try known.device.synchronize()
      return known
    }
    let made = LoadedDevice(try TorchDevice(place, of: open(for: call)))
    loaded.append(made)
    return made
  }

  private func open(for call: Call?) throws -> TorchLibrary {
    if let library { return library }
    let found = folder ?? find { call?.shouldStop != true }
    if call?.shouldStop == true { throw CancellationError() }
    folder = found
    switch found {
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
