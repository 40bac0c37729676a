import KernelProtocol

/// Random features to take out instead, the same every time.
struct ControlDraw {
  /// The activation of each feature, added up over the questions that it is measured on.
  private let activity: [FeatureRef: Double]
  private var state: UInt64

  init(seed: UInt64, over questions: [Asked], interview: Interview) throws {
    state = seed
    var activity: [FeatureRef: Double] = [:]
    for asked in questions {
      for item in try interview.activations(asked) {
        activity[item.feature, default: 0] += item.score
      }
    }
    self.activity = activity
  }

  /// As many others, each drawn from those that are between half and twice as active as the one it stands for.
  mutating func like(_ removal: Removal) -> Removal {
    var taken = Set(removal.features)
    let drawn = removal.features.compactMap { feature -> FeatureRef? in
      let level = activity[feature] ?? 0
      let pool = activity.filter {
        !taken.contains($0.key) && $0.value >= level / 2 && $0.value <= 2 * level
      }.keys.sorted { $0.index < $1.index }
      guard !pool.isEmpty else { return nil }
      let choice = pool[next(below: pool.count)]
      taken.insert(choice)
      return choice
    }
    return Removal(features: drawn)
  }

  /// SplitMix64 (Steele, Lea and Flood 2014).
  private mutating func next(below bound: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return Int((mixed ^ mixed >> 31) % UInt64(bound))
  }
}
