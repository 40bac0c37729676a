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

extension EvaluationRun.Params {
  private static let armLimit = 64

  /// Refuses names that clash, and arms that say nothing or two things.
  /// - Throws: `KernelError.unsupported`.
  func checkArms() throws(KernelError) {
    let arms = arms ?? []
    guard arms.count <= Self.armLimit else {
      throw .unsupported("there are \(arms.count) arms, expected at most \(Self.armLimit)")
    }
    var seen: Set<String> = [Arm.plain.name, Arm.reconstruction.name]
    for arm in arms {
      guard !arm.name.isEmpty, arm.name.utf8.count <= 200, !arm.name.contains("·") else {
        throw .unsupported(
          "an arm is called \"\(arm.name.prefix(200))\", expected 1 to 200 bytes without \"·\"")
      }
      guard seen.insert(arm.name).inserted else {
        throw .unsupported(
          "the arm \"\(arm.name)\" is there twice, expected names of their own, and none of "
            + "\"plain\" and \"reconstruction\"")
      }
      guard (arm.recipe == nil) != ((arm.interventions ?? []).isEmpty) else {
        throw .unsupported(
          "the arm \"\(arm.name)\" has \(arm.recipe == nil ? "neither" : "both") interventions "
            + (arm.recipe == nil ? "nor" : "and") + " a recipe, expected one of them")
      }
    }
  }

  /// The model that is asked, and the autoencoder that arms need.
  func subject(_ engine: Engine) throws -> EvaluationSubject {
    let arms = arms ?? []
    let named = arms.flatMap { $0.interventions ?? [] }.map(\.feature.sae)
    var resident: ResidentAutoencoder?
    if let name = sae ?? named.first {
      resident = try engine.autoencoder(named: name)
    } else if let recipe = arms.lazy.compactMap(\.recipe).first {
      resident = try engine.autoencoder(for: Recipe(at: recipe), at: recipe)
    } else if reconstruction == true {
      throw KernelError.unsupported("the reconstruction is an autoencoder's: name it with \"sae\"")
    }
    if let resident {
      for name in named where name != resident.autoencoder.name {
        throw KernelError.unsupported(
          "an arm changes features of \"\(name)\", the evaluation is about "
            + "\"\(resident.autoencoder.name)\"")
      }
    }
    let model = try engine.model(named: resident?.modelName ?? self.model)
    if let wanted = self.model, wanted != model.name {
      throw KernelError.unsupported(
        "the autoencoder is of the model \"\(model.name)\", the request names \"\(wanted)\"")
    }
    return EvaluationSubject(model: model, resident: resident)
  }

  /// Those of the arms.
  var recipes: [Recipe] {
    get throws { try (arms ?? []).compactMap(\.recipe).map { try Recipe(at: $0) } }
  }

  /// The arms that are stated, without controls.
  func statedArms(_ engine: Engine, _ subject: EvaluationSubject) throws -> [EvaluatedArm] {
    var found: [EvaluatedArm] = [.plain]
    if reconstruction == true { found.append(.reconstruction) }
    for arm in arms ?? [] {
      guard let resident = subject.resident else { break }
      var stated = EvaluatedArm(
        arm: Arm(name: arm.name, role: .intervention), interventions: arm.interventions ?? [],
        splice: arm.splice)
      if let place = arm.recipe {
        let recipe = try Recipe(at: place)
        try engine.check(recipe, at: place, for: resident)
        stated.interventions = recipe.interventions(of: resident.autoencoder.name)
        stated.splice = arm.splice ?? recipe.splice
      }
      for intervention in stated.interventions {
        try resident.autoencoder.check(latent: intervention.feature.index)
      }
      found.append(stated)
    }
    return found
  }
}
