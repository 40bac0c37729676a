import FoundationEssentials

/// What the kernel may allocate beside the mapped weights, and what it holds.
///
/// Weights are pages of files that the system can drop and read again; they are reported apart and do not
/// count against the limit. 8-bit weights that are in memory, for want of a cache, do.
struct MemoryBudget: Sendable, Equatable {
  /// Bytes that contexts and the working sets of requests may take together.
  let limit: Int

  /// Three quarters of what the machine has available at the start.
  static func ofMachine(memoryInformation: String = "/proc/meminfo") -> MemoryBudget {
    let fallback = 4 << 30
    guard
      let text = try? String(contentsOfFile: memoryInformation, encoding: .utf8),
      let line = text.split(separator: "\n").first(where: { $0.hasPrefix("MemAvailable:") }),
      let kibibytes = line.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
    else { return MemoryBudget(limit: fallback) }
    return MemoryBudget(limit: kibibytes / 4 * 3 * 1024)
  }

  /// Refuses a request that would not fit.
  ///
  /// - Parameters:
  ///   - needed: upper estimate of what the request allocates.
  ///   - held: what contexts and 8-bit weights in memory hold.
  func check(needed: Int, held: Int, purpose: String) throws(KernelError) {
    let available = max(0, limit - held)
    guard needed <= available else {
      throw .outOfMemory(purpose: purpose, needed: needed, available: available)
    }
  }
}
