import Benchmarks
import Interpretation
import KernelProtocol
import Models

/// An arm of an evaluation and what it changes.
struct EvaluatedArm {
  var arm: Arm
  /// As requests state them: their regions are those of each question's prompt.
  var interventions: [KernelProtocol.Intervention] = []
  var splice: KernelProtocol.Splice?
  var direction: RandomDirection?

  static let plain = EvaluatedArm(arm: .plain)
  static let reconstruction = EvaluatedArm(
    arm: .reconstruction, splice: KernelProtocol.Splice(errorTerm: .drop))

  /// What changes a question's run; nil for the model as it is.
  ///
  /// A region that a prompt does not have, the picture's where there is none, is passed over.
  func steering(of open: OpenContext, by autoencoder: LoadedAutoencoder?) throws -> Steering? {
    guard let autoencoder, arm.role != .plain else { return nil }
    return Steering(
      autoencoder: autoencoder,
      interventions: try interventions.map {
        var intervention = $0
        intervention.at = Region.limited($0.at, to: open.context)
        return try open.intervention(intervention, autoencoder: autoencoder)
      }, splice: Interpretation.Splice(splice), turned: direction)
  }
}

extension Region {
  /// Regions without those of parts and pictures that a prompt does not have.
  static func limited(_ regions: [Region]?, to context: ResidentContext) -> [Region]? {
    regions?.filter { region in
      switch region {
      case .part(let part): context.partNames.contains(part)
      case .image(let index, _, _): context.prompt.images.indices.contains(index)
      case .span, .last: true
      }
    }
  }
}

extension EvaluationRun.Params {
  /// The arms that are stated, without controls.
  /// - Throws: `KernelError.unsupported` for names that clash.
  func statedArms() throws(KernelError) -> [EvaluatedArm] {
    var found: [EvaluatedArm] = [.plain]
    if reconstruction == true { found.append(.reconstruction) }
    for arm in arms ?? [] {
      guard !arm.name.isEmpty, arm.name.utf8.count <= 200, !arm.name.contains("·") else {
        throw .unsupported(
          "an arm is called \"\(arm.name.prefix(200))\", expected 1 to 200 bytes without \"·\"")
      }
      found.append(
        EvaluatedArm(
          arm: Arm(name: arm.name, role: .intervention), interventions: arm.interventions,
          splice: arm.splice))
    }
    var seen: Set<String> = []
    for arm in found where !seen.insert(arm.arm.name).inserted {
      throw .unsupported("the arm \"\(arm.arm.name)\" is there twice, expected names of their own")
    }
    return found
  }
}
