import Benchmarks
import Interpretation
import KernelProtocol
import Randomness

/// Draws what stands beside an arm to show what any change would do.
struct EvaluationControls {
  /// Latents that are nearest in activity, among which one is drawn.
  private static let nearest = 20
  /// Questions of the set, from its beginning, over which activity is counted.
  static let countedQuestions = 64

  let features: Int
  let directions: Int
  private let seed: UInt64

  init(_ controls: EvaluationRun.Controls?) {
    features = controls?.features ?? 0
    directions = controls?.directions ?? 0
    seed = controls?.seed ?? 0
  }

  /// The controls of all arms that change features.
  ///
  /// - Parameters:
  ///   - dimensions: D.
  ///   - count: how active features are; nil without random features.
  /// - Throws: `KernelError.unsupported` where there are too few other features.
  func controls(
    of arms: [EvaluatedArm], dimensions: Int, _ count: ActivityCount?
  ) throws -> [EvaluatedArm] {
    try arms.filter { $0.arm.role == .intervention }.flatMap {
      try controls(of: $0, dimensions: dimensions, count)
    }
  }

  private func controls(
    of arm: EvaluatedArm, dimensions: Int, _ count: ActivityCount?
  ) throws -> [EvaluatedArm] {
    var found: [EvaluatedArm] = []
    for number in 0..<features {
      let seed = seed &+ UInt64(number)
      var random = SplitMix64(seed: seed)
      var taken = Set(arm.interventions.map(\.feature.index))
      var other = arm
      for (place, intervention) in arm.interventions.enumerated() {
        let alike =
          count?[intervention]?.latents(
            like: intervention.feature.index, besides: taken, limit: Self.nearest) ?? []
        guard !alike.isEmpty else {
          throw KernelError.unsupported(
            "no other feature than those of the arm \"\(arm.arm.name)\" is active there: random "
              + "features cannot be drawn")
        }
        let latent = alike[Int(random.next(below: UInt64(alike.count)))]
        taken.insert(latent)
        other.interventions[place].feature.index = latent
      }
      other.arm = Arm(
        name: "\(arm.arm.name) · random features \(seed)", role: .randomFeatures,
        controlled: arm.arm.name, seed: seed)
      found.append(other)
    }
    for number in 0..<directions {
      let seed = seed &+ UInt64(number)
      var other = arm
      other.direction = RandomDirection(seed: seed, dimensions: dimensions)
      other.arm = Arm(
        name: "\(arm.arm.name) · random direction \(seed)", role: .randomDirection,
        controlled: arm.arm.name, seed: seed)
      found.append(other)
    }
    return found
  }
}
