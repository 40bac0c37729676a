import KernelProtocol
import Randomness

/// Random features to take out instead, the same every time.
struct ControlDraw {
  /// The activation of each feature, added up over the questions that it is measured on.
  private let activity: [FeatureRef: Double]
  private var random: SplitMix64

  init(seed: UInt64, over questions: [Asked], interview: Interview) throws {
    random = SplitMix64(seed: seed)
    var activity: [FeatureRef: Double] = [:]
    for asked in questions {
      for item in try interview.activations(asked) {
        activity[item.feature, default: 0] += item.score
      }
    }
    self.activity = activity
  }

  /// As many others, each drawn from those that are between half and twice as active
  /// as the one it stands for.
  mutating func like(_ removal: Removal) -> Removal {
    var taken = Set(removal.features)
    let drawn = removal.features.compactMap { feature -> FeatureRef? in
      let level = activity[feature] ?? 0
      let pool = activity.filter {
        !taken.contains($0.key) && $0.value >= level / 2 && $0.value <= 2 * level
      }.keys.sorted { $0.index < $1.index }
      guard !pool.isEmpty else { return nil }
      let choice = pool[Int(random.next() % UInt64(pool.count))]
      taken.insert(choice)
      return choice
    }
    return Removal(features: drawn)
  }
}
