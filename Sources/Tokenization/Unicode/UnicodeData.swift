/// The tables of `UnicodeTables`, read once, and the steps of the normalisation algorithm (Unicode
/// Standard Annex 15 and section 3.12 of the standard, which does Hangul by arithmetic).
struct UnicodeData: Sendable {
  static let shared = UnicodeData()

  /// One step each.
  private var canonical: [UInt32: [UInt32]] = [:]
  private var compatible: [UInt32: [UInt32]] = [:]
  /// By the first scalar in the upper half and the second in the lower: what they compose to.
  private var compositions: [UInt64: UInt32] = [:]
  private var classes: [UInt32: UInt8] = [:]

  private init() {
    for entry in Self.entries(UnicodeTables.canonical) {
      canonical[entry.first] = entry.rest
      if entry.composes, entry.rest.count == 2 {
        compositions[Self.pair(entry.rest[0], entry.rest[1])] = entry.first
      }
    }
    for entry in Self.entries(UnicodeTables.compatible) { compatible[entry.first] = entry.rest }
    for word in UnicodeTables.combiningClasses.split(separator: " ") {
      let parts = word.split { $0 == "-" || $0 == "=" }
      guard parts.count == 3, let first = UInt32(parts[0], radix: 16),
        let last = UInt32(parts[1], radix: 16), let value = UInt8(parts[2])
      else { continue }
      for scalar in first...last { classes[scalar] = value }
    }
  }

  private static func entries(
    _ table: String
  ) -> [(first: UInt32, rest: [UInt32], composes: Bool)] {
    table.split(separator: " ").compactMap { word in
      let parts = word.split { $0 == "=" || $0 == "!" }
      guard parts.count == 2, let first = UInt32(parts[0], radix: 16) else { return nil }
      let rest = parts[1].split(separator: ",").compactMap { UInt32($0, radix: 16) }
      return (first, rest, word.contains("="))
    }
  }

  private static func pair(_ first: UInt32, _ second: UInt32) -> UInt64 {
    UInt64(first) << 32 | UInt64(second)
  }

  // MARK: Hangul

  private static let (syllables, leads, vowels, trails): (UInt32, UInt32, UInt32, UInt32) =
    (0xAC00, 0x1100, 0x1161, 0x11A7)
  private static let (leadCount, vowelCount, trailCount): (UInt32, UInt32, UInt32) = (19, 21, 28)
  private static let syllableCount = leadCount * vowelCount * trailCount

  // MARK: Steps

  /// Appends the full decomposition of `scalar`.
  func decompose(_ scalar: UInt32, compatibly: Bool, into result: inout [UInt32]) {
    if scalar >= Self.syllables, scalar - Self.syllables < Self.syllableCount {
      let index = scalar - Self.syllables
      result.append(Self.leads + index / (Self.vowelCount * Self.trailCount))
      result.append(
        Self.vowels + index % (Self.vowelCount * Self.trailCount) / Self.trailCount)
      let trail = index % Self.trailCount
      if trail > 0 { result.append(Self.trails + trail) }
    } else if let parts = canonical[scalar] ?? (compatibly ? compatible[scalar] : nil) {
      for part in parts { decompose(part, compatibly: compatibly, into: &result) }
    } else {
      result.append(scalar)
    }
  }

  /// Puts runs of combining marks in the order of their classes; equals keep theirs.
  func order(_ scalars: inout [UInt32]) {
    var start = 0
    while start < scalars.count {
      guard combiningClass(scalars[start]) != 0 else {
        start += 1
        continue
      }
      var end = start
      var marks: [(class: UInt8, place: Int, scalar: UInt32)] = []
      while end < scalars.count, case let value = combiningClass(scalars[end]), value != 0 {
        marks.append((value, end, scalars[end]))
        end += 1
      }
      marks.sort { ($0.class, $0.place) < ($1.class, $1.place) }
      scalars.replaceSubrange(start..<end, with: marks.map(\.scalar))
      start = end
    }
  }

  /// Joins what follows a starter to it, unless something between stands in the way.
  func compose(_ scalars: inout [UInt32]) {
    var result: [UInt32] = []
    result.reserveCapacity(scalars.count)
    var starter: Int?
    /// Of the scalar before, behind the starter; -1 directly behind it.
    var lastClass = -1
    for scalar in scalars {
      let value = Int(combiningClass(scalar))
      if let place = starter, lastClass < value || lastClass == -1,
        let composite = composition(result[place], scalar)
      {
        result[place] = composite
        continue
      }
      if value == 0 {
        starter = result.count
        lastClass = -1
      } else {
        lastClass = value
      }
      result.append(scalar)
    }
    scalars = result
  }

  private func combiningClass(_ scalar: UInt32) -> UInt8 {
    scalar < 0x300 ? 0 : classes[scalar] ?? 0
  }

  private func composition(_ first: UInt32, _ second: UInt32) -> UInt32? {
    if first >= Self.leads, first - Self.leads < Self.leadCount,
      second >= Self.vowels, second - Self.vowels < Self.vowelCount
    {
      return Self.syllables
        + ((first - Self.leads) * Self.vowelCount + second - Self.vowels) * Self.trailCount
    }
    if first >= Self.syllables, first - Self.syllables < Self.syllableCount,
      (first - Self.syllables).isMultiple(of: Self.trailCount),
      second > Self.trails, second - Self.trails < Self.trailCount
    {
      return first + second - Self.trails
    }
    return compositions[Self.pair(first, second)]
  }
}
