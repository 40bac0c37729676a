import CTorch
import Synchronization

/// What tensors lie on and operators run on: the processor, or a device that CUDA knows.
///
/// The processor is for tests: `Tensors`' own operators are what it is held to.
package final class TorchDevice: Sendable {
  package enum Place: Sendable, Equatable, CustomStringConvertible {
    case cpu
    case cuda(Int)

    /// - Parameter name: "cpu", "cuda" or "cuda:N".
    package init(named name: String) throws(TorchError) {
      let parts = name.split(separator: ":", omittingEmptySubsequences: false)
      if name == "cpu" {
        self = .cpu
      } else if name == "cuda" {
        self = .cuda(0)
      } else if parts.count == 2, parts[0] == "cuda", let index = Int(parts[1]),
        "\(index)" == parts[1], (0..<1024).contains(index)
      {
        self = .cuda(index)
      } else {
        throw .noDevice(name: name, reason: "expected cpu, cuda or cuda:N")
      }
    }

    package var description: String {
      switch self {
      case .cpu: "torch:cpu"
      case .cuda(let index): "cuda:\(index)"
      }
    }
  }

  package let library: TorchLibrary
  package let place: Place
  /// Of the card, such as "NVIDIA H200"; of the processor, "cpu".
  package let name: String
  private let loss = Mutex<String?>(nil)

  /// - Throws: `TorchError.noDevice` where CUDA has no such device, or none at all.
  package init(_ place: Place, of library: TorchLibrary) throws(TorchError) {
    self.library = library
    self.place = place
    guard case .cuda(let index) = place else {
      name = "cpu"
      return
    }
    let (count, reason) = library.cudaDevices
    guard index < count else {
      throw .noDevice(
        name: "\(place)",
        reason: count == 0
          ? reason : "CUDA has \(count == 1 ? "cuda:0 alone" : "cuda:0 to cuda:\(count - 1)")")
    }
    var bytes = [CChar](repeating: 0, count: 256)
    let error = unsafe ctorch_cuda_name(library.pointer, Int32(index), &bytes)
    name = error == 0 ? text(of: bytes) : "\(place)"
  }

  package var isCUDA: Bool { place != .cpu }

  /// Bytes of the device's memory: all, and what nobody holds; nil for the processor. PyTorch keeps
  /// what its tensors have given back for the next ones; that counts as held.
  package func memory() -> (free: Int, total: Int)? {
    guard case .cuda(let index) = place else { return nil }
    var (free, total): (UInt64, UInt64) = (0, 0)
    let error = unsafe ctorch_cuda_memory(library.pointer, Int32(index), &free, &total)
    return error == 0 ? (Int(clamping: free), Int(clamping: total)) : nil
  }

  /// Why the device can be used no more; nil while it can.
  package var lossReason: String? { loss.withLock { $0 } }

  /// Waits until everything is done that was asked of the device.
  /// - Throws: `TorchError.deviceLost`.
  package func synchronize() throws(TorchError) {
    try requirePresence()
    if let lost = noticedLoss() { throw lost }
  }

  func requirePresence() throws(TorchError) {
    if let reason = lossReason { throw .deviceLost(device: "\(place)", reason: reason) }
  }

  /// The error of an operator that has just failed on this thread. Asks the device whether it is
  /// still there: an error that stays is the end of it.
  func failure(of operation: String, isAllocation: Bool = false) -> TorchError {
    let words = library.reason
    if let lost = noticedLoss() { return lost }
    let device = "\(place)"
    // CUDA's allocator says the one, the processor's the other. Where a version tells nothing, what
    // only takes memory can have lacked nothing else.
    let lacksMemory =
      words.contains("out of memory") || words.contains("can't allocate memory")
      || (words.isEmpty && isAllocation)
    let reason =
      words.isEmpty
      ? "PyTorch \(library.version) tells its reasons on standard error alone" : words
    guard lacksMemory else {
      return .failed(operation: operation, device: device, reason: reason)
    }
    let (free, total) = memory() ?? (0, 0)
    return .outOfMemory(
      operation: operation, device: device, free: free, total: total, reason: reason)
  }

  private func noticedLoss() -> TorchError? {
    guard case .cuda(let index) = place else { return nil }
    var message = [CChar](repeating: 0, count: Int(CTORCH_MESSAGE_LENGTH))
    let error = unsafe ctorch_cuda_wait(library.pointer, Int32(index), &message)
    guard error != 0 else { return nil }
    let reason = "CUDA's error \(error), \(text(of: message))"
    loss.withLock { $0 = $0 ?? reason }
    return .deviceLost(device: "\(place)", reason: reason)
  }
}
