/// The best places of every latent under one ranking of one view: N scores a latent, best first.
///
/// A place is a unit: a picture, or a span of a text. Eight bytes an entry.
struct ExemplarTable: Sendable {
  let capacity: Int
  private var scores: [Float]
  private var units: [UInt32]
  private var counts: [UInt16]
  private var changed: [Int32] = []
  private var isChanged: [Bool]

  init(latentCount: Int, capacity: Int) {
    self.capacity = capacity
    scores = Array(repeating: 0, count: latentCount * capacity)
    units = Array(repeating: 0, count: latentCount * capacity)
    counts = Array(repeating: 0, count: latentCount)
    isChanged = Array(repeating: false, count: latentCount)
  }

  static func byteCount(latentCount: Int, capacity: Int) -> Int { latentCount * (8 * capacity + 7) }

  /// What became of an offered place.
  enum Outcome: Equatable {
    case refused
    /// It is among the best now, in the place of `lost` where the list was full.
    case taken(lost: UInt32?)
  }

  /// Offers a place.
  /// - Parameter precedes: which of two places with equal scores comes first.
  mutating func offer(
    latent: Int, score: Float, unit: UInt32, precedes: (UInt32, UInt32) -> Bool
  ) -> Outcome {
    let (first, count) = (latent * capacity, Int(counts[latent]))
    func isBetter(than place: Int) -> Bool {
      score != scores[place] ? score > scores[place] : precedes(unit, units[place])
    }
    if count == capacity {
      guard count > 0, isBetter(than: first + count - 1) else { return .refused }
    }
    var place = first + count
    while place > first, isBetter(than: place - 1) { place -= 1 }
    let isFull = count == capacity
    let lost = isFull ? units[first + count - 1] : nil
    var end = isFull ? first + count - 1 : first + count
    while end > place {
      scores[end] = scores[end - 1]
      units[end] = units[end - 1]
      end -= 1
    }
    scores[place] = score
    units[place] = unit
    if !isFull { counts[latent] += 1 }
    if !isChanged[latent] {
      isChanged[latent] = true
      changed.append(Int32(latent))
    }
    return .taken(lost: lost)
  }

  /// Whether a place is among a latent's best.
  func contains(latent: Int, unit: UInt32) -> Bool {
    let first = latent * capacity
    return units[first..<first + Int(counts[latent])].contains(unit)
  }

  /// A latent's best places, best first.
  func list(latent: Int) -> [(score: Float, unit: UInt32)] {
    let first = latent * capacity
    return (first..<first + Int(counts[latent])).map { (scores[$0], units[$0]) }
  }

  /// The latents whose lists changed since the last call, rising.
  mutating func takeChanges() -> [Int] {
    defer { changed = [] }
    for latent in changed { isChanged[Int(latent)] = false }
    return changed.map(Int.init).sorted()
  }
}
