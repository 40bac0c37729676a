import FoundationEssentials

/// What the kernel may allocate beside the mapped weights, and what it holds.
///
/// Weights are pages of files that the system can drop and read again; they are reported apart and
/// do not count against the limit. 8-bit weights that are in memory, for want of a cache, do.
struct MemoryBudget: Sendable, Equatable {
  /// Bytes that contexts and the working sets of requests may take together.
  let limit: Int
  /// What the machine has for this process, weights included; nil where it is not known.
  var machine: Int?

  /// Three quarters of what the machine, or the container or job that this runs in, has available
  /// at the start.
  static func ofMachine(memoryInformation: String = "/proc/meminfo") -> MemoryBudget {
    let fallback = 4 << 30
    let group = ControlGroups.availableBytes()
    guard
      let text = try? String(contentsOfFile: memoryInformation, encoding: .utf8),
      let line = text.split(separator: "\n").first(where: { $0.hasPrefix("MemAvailable:") }),
      let kibibytes = line.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
    else { return MemoryBudget(limit: min(fallback, (group ?? .max) / 4 * 3), machine: group) }
    let available = min(kibibytes * 1024, group ?? .max)
    return MemoryBudget(limit: available / 4 * 3, machine: available)
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

  /// Whether something that only saves time fits: within the limit, and beside the mapped weights
  /// without driving their pages out of a twentieth-part reserve of the machine's memory.
  func affords(optional bytes: Int, needed: Int, held: Int, weights: Int) -> Bool {
    let (wanted, overflow) = [needed, held].reduce((bytes, false)) { sum, next in
      let (value, overflow) = sum.0.addingReportingOverflow(next)
      return (value, sum.1 || overflow)
    }
    guard !overflow, wanted <= limit else { return false }
    guard let machine else { return true }
    return wanted <= machine - machine / 20 - weights
  }
}
