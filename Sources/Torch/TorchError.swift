/// What can go wrong with PyTorch's libraries and the devices that they compute on.
package enum TorchError: Error, Equatable, Sendable, CustomStringConvertible {
  /// No libraries that can be used; `reason` names the path, the version or the names that lack.
  case noLibrary(folder: String, reason: String)
  /// A name that means no device, or a device that is not there.
  case noDevice(name: String, reason: String)
  /// An operator failed; `reason` in PyTorch's words.
  case failed(operation: String, device: String, reason: String)
  /// There is no room for what an operator makes.
  case outOfMemory(operation: String, device: String, free: Int, total: Int, reason: String)
  /// The device answers no more, until the process ends.
  case deviceLost(device: String, reason: String)
  /// Weights of a type that this engine does not multiply with.
  case unsupported(what: String, expected: String)

  package var description: String {
    switch self {
    case .noLibrary(let folder, let reason):
      "\(folder): PyTorch's libraries cannot be used: \(reason)"
    case .noDevice(let name, let reason): "there is no device \"\(name)\": \(reason)"
    case .failed(let operation, let device, let reason):
      "\(operation) failed on \(device): \(reason)"
    case .outOfMemory(let operation, let device, let free, let total, let reason):
      "no memory for \(operation) on \(device), of whose \(total >> 20) MiB \(free >> 20) MiB are "
        + "free: \(reason)"
    case .deviceLost(let device, let reason):
      "\(device) is lost until lucarne is started again: \(reason)"
    case .unsupported(let what, let expected): "found \(what), expected \(expected)"
    }
  }
}
