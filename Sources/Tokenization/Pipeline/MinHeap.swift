/// A binary heap of 64-bit keys, the least first.
struct MinHeap: Sendable {
  private var keys: [UInt64] = []

  mutating func removeAll() { keys.removeAll(keepingCapacity: true) }

  mutating func insert(_ key: UInt64) {
    keys.append(key)
    var child = keys.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard keys[child] < keys[parent] else { return }
      keys.swapAt(child, parent)
      child = parent
    }
  }

  mutating func popMinimum() -> UInt64? {
    guard let minimum = keys.first, let last = keys.popLast() else { return nil }
    guard !keys.isEmpty else { return minimum }
    keys[0] = last
    var parent = 0
    while true {
      let left = 2 * parent + 1
      guard left < keys.count else { return minimum }
      let right = left + 1
      let child = right < keys.count && keys[right] < keys[left] ? right : left
      guard keys[child] < keys[parent] else { return minimum }
      keys.swapAt(child, parent)
      parent = child
    }
  }
}
