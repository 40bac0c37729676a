import FeatureIndex

/// The items that exemplars name again and again, some of them held.
struct ItemCache {
  private let snapshot: IndexSnapshot
  private let capacity: Int
  private var items: [Int: IndexItem] = [:]

  init(_ snapshot: IndexSnapshot, capacity: Int = 4096) {
    self.snapshot = snapshot
    self.capacity = capacity
  }

  mutating func item(_ number: Int) throws(FeatureIndexError) -> IndexItem {
    if let known = items[number] { return known }
    let item = try snapshot.item(number: number)
    if items.count >= capacity { items.removeAll(keepingCapacity: true) }
    items[number] = item
    return item
  }
}
