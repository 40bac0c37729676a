/// The items of an index by number, and the places (units) in them: one a
/// picture, one a span of text.
struct ItemTable: Sendable {
  private var digests: [[UInt8]] = []
  private var numbers: [[UInt8]: Int] = [:]
  private var names: Set<String> = []
  /// The first unit of each item; the item of each unit.
  private var firstUnits: [UInt32] = []
  private var unitItems: [UInt32] = []

  var count: Int { digests.count }

  func number(of digest: [UInt8]) -> Int? { numbers[digest] }

  func isDone(_ name: String) -> Bool { names.contains(name) }

  mutating func note(name: String) { names.insert(name) }

  /// Adds an item of `spans` units and gives its number.
  mutating func add(digest: [UInt8], name: String, spans: Int) -> Int {
    precondition(numbers[digest] == nil, "an item that is there already")
    let number = digests.count
    digests.append(digest)
    numbers[digest] = number
    names.insert(name)
    firstUnits.append(UInt32(unitItems.count))
    unitItems += Array(repeating: UInt32(number), count: spans)
    return number
  }

  func spans(ofItem item: Int) -> Int {
    let end = item + 1 < firstUnits.count ? Int(firstUnits[item + 1]) : unitItems.count
    return end - Int(firstUnits[item])
  }

  func unit(_ item: Int, span: Int) -> UInt32 { firstUnits[item] + UInt32(span) }

  func place(ofUnit unit: UInt32) -> (item: Int, span: Int) {
    let item = Int(unitItems[Int(unit)])
    return (item, Int(unit - firstUnits[item]))
  }

  /// Lower digest first, then lower span.
  func precedes(_ first: UInt32, _ second: UInt32) -> Bool {
    let (one, other) = (unitItems[Int(first)], unitItems[Int(second)])
    if one == other { return first < second }
    return digests[Int(one)].lexicographicallyPrecedes(digests[Int(other)])
  }
}
