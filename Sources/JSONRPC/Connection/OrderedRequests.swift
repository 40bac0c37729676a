/// Keeps the order of one client's looks and changes across lanes. Each request comes
/// in once and leaves once.
struct OrderedRequests {
  private struct Entry {
    let key: ObjectIdentifier
    let order: RequestOrder
    let begin: @Sendable () -> Void
  }

  /// Those that must not begin yet, oldest first from `first` on; nil: left before it began.
  private var parked: [Entry?] = []
  private var first = 0
  private var places: [ObjectIdentifier: Int] = [:]
  private var looks = 0
  private var isChanging = false

  /// Takes in a request.
  /// - Parameter begin: what hands it to its lane; called now, or by the
  ///   `leave` of what it waits for.
  mutating func enter(
    _ key: ObjectIdentifier, _ order: RequestOrder, begin: @escaping @Sendable () -> Void
  ) {
    guard order != .free else { return begin() }
    places[key] = parked.count
    parked.append(Entry(key: key, order: order, begin: begin))
    beginWhatMay()
  }

  /// Lets go of a request that has been answered. One that had not begun goes to its lane all the
  /// same, which finds it answered.
  mutating func leave(_ key: ObjectIdentifier, _ order: RequestOrder) {
    switch order {
    case .free: return
    case .looks, .changes:
      if let place = places.removeValue(forKey: key) {
        parked[place]?.begin()
        parked[place] = nil
      } else if order == .looks {
        looks -= 1
      } else {
        isChanging = false
      }
    }
    beginWhatMay()
  }

  private mutating func beginWhatMay() {
    while first < parked.count {
      guard let entry = parked[first] else {
        first += 1
        continue
      }
      guard !isChanging, entry.order == .looks || looks == 0 else { return }
      if entry.order == .looks { looks += 1 } else { isChanging = true }
      parked[first] = nil
      places[entry.key] = nil
      first += 1
      entry.begin()
    }
    parked = []
    first = 0
  }
}
