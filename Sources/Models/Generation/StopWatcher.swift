/// Holds back what may be the beginning of a stop string; text is released once it cannot be.
package struct StopWatcher: Sendable {
  private let stops: [[UInt8]]
  private var held: [UInt8] = []
  package private(set) var isStopped = false

  /// Empty stop strings are ignored: they would stop before the first token.
  package init(_ stops: [String]) {
    self.stops = stops.map { Array($0.utf8) }.filter { !$0.isEmpty }
  }

  /// Takes new bytes and returns those that are surely before any stop string.
  package mutating func append(_ bytes: [UInt8]) -> [UInt8] {
    if isStopped { return [] }
    held += bytes
    if let end = firstStop() {
      isStopped = true
      defer { held = [] }
      return Array(held[..<end])
    }
    let keep = longestBeginning()
    defer { held.removeFirst(held.count - keep) }
    return Array(held[..<(held.count - keep)])
  }

  /// What is still held when generation ends without a stop string.
  package mutating func flush() -> [UInt8] {
    defer { held = [] }
    return isStopped ? [] : held
  }

  /// Where the earliest complete stop string begins.
  private func firstStop() -> Int? {
    held.indices.first { start in stops.contains { held[start...].starts(with: $0) } }
  }

  /// How many of the last bytes begin some stop string.
  private func longestBeginning() -> Int {
    let longest = min(held.count, (stops.map(\.count).max() ?? 1) - 1)
    for count in stride(from: longest, to: 0, by: -1) {
      let tail = held.suffix(count)
      if stops.contains(where: { $0.count > count && $0.starts(with: tail) }) { return count }
    }
    return 0
  }
}
