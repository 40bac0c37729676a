import Explanations
import FeatureIndex
import JSON
import KernelProtocol
import Randomness

/// Which questions a judge is asked, drawn by the job's seed.
struct JudgePlan {
  typealias Params = KernelProtocol.ExplanationScore.Params
  typealias Scorer = KernelProtocol.ExplanationScore.Scorer

  let form: JudgeQuestion.Form
  let seed: UInt64
  private let params: Params
  private let judge: (name: String, method: String)
  private let pictures: JudgePictures
  private let activeLatents: [Int]
  private let questions: Int
  private let exemplars: Int

  /// Latents that are drawn for comparison until one has pictures.
  private static let draws = 20

  init(_ params: Params, judge: any Asker, pictures: JudgePictures) {
    self.params = params
    self.pictures = pictures
    self.judge = (judge.author.name, judge.method)
    activeLatents = pictures.activeLatents
    questions = params.questions ?? 10
    exemplars = params.exemplars ?? 5
    seed = UInt64(params.seed ?? 0)
    form = (params.answer ?? judge.preferredForm) == .json ? .json : .word
  }

  /// What a measure is taken with.
  func settings(of kind: JudgeQuestion.Kind) -> ScoreSettings {
    let shown = kind == .consistency
    return ScoreSettings([
      "judge": .string(judge.name), "method": .string(judge.method),
      "answer": .string(form.rawValue), "view": .string(pictures.view.name),
      "rankBy": shown ? .string((params.rankBy ?? .mean).rawValue) : nil,
      "exemplars": shown ? .integer(Int64(exemplars)) : nil,
      "questions": shown ? nil : .integer(Int64(questions)),
      "pool": .integer(Int64(params.pool ?? ScorePool.defaultCount)),
      "seed": .integer(Int64(params.seed ?? 0)),
    ])
  }

  /// - Throws: `JudgeMeasure.Unmeasured` where the pictures do not allow the measure.
  func measure(_ kind: JudgeQuestion.Kind, of subject: ScoreSubject) throws -> JudgeMeasure {
    var about = JudgeMeasure.About(
      kind: kind, subject: .explanation(subject.explanation), latent: subject.latent)
    guard kind != .consistency else {
      let own = try shown(ofLatent: subject.latent)
      guard !own.isEmpty else { throw noPictures }
      var trials = [JudgeTrial(pictures: own, truth: 1)]
      if let (latent, pictures) = try other(than: subject.latent) {
        about.other = latent
        trials.append(JudgeTrial(pictures: pictures, truth: 0))
      }
      return JudgeMeasure(about, trials)
    }
    return try measure(about, seen: subject.evidence)
  }

  /// - Throws: `JudgeMeasure.Unmeasured` where the pictures do not allow the measure.
  func intruder(ofLatent latent: Int) throws -> JudgeMeasure {
    try measure(
      JudgeMeasure.About(kind: .intruder, subject: .latent(latent), latent: latent), seen: [])
  }

  private func measure(
    _ about: JudgeMeasure.About, seen evidence: [String]
  ) throws -> JudgeMeasure {
    let active = try pictures.active(ofLatent: about.latent, seen: evidence)
    guard !active.isEmpty else { throw noPictures }
    let inactive = try pictures.inactive(ofLatent: about.latent, besides: active)
    let draw = JudgeDraw(active: active, inactive: inactive)
    // Detection and fuzz begin with the same numbers, and so with the same pictures.
    var random = SplitMix64(seed: seed ^ UInt64(about.latent) << 8)
    let trials =
      switch about.kind {
      case .consistency, .detection: draw.detection(questions: questions, &random)
      case .fuzz: draw.fuzz(questions: questions, &random)
      case .intruder: draw.intruder(rounds: questions, &random)
      }
    guard !trials.isEmpty else {
      throw JudgeMeasure.Unmeasured(
        reason: "it is active on \(active.count) pictures and not on \(inactive.count) random "
          + "ones, which are too few")
    }
    return JudgeMeasure(about, trials)
  }

  private var noPictures: JudgeMeasure.Unmeasured {
    .init(
      reason: "it is active on no picture of the view \(pictures.view.name) that can be shown")
  }

  private func shown(ofLatent latent: Int) throws -> [JudgeTrial.Shown] {
    try pictures.best(
      ofLatent: latent, ranking: (params.rankBy ?? .mean).value, count: exemplars)
  }

  /// Another latent with its best pictures, by the seed.
  private func other(
    than latent: Int
  ) throws -> (latent: Int, pictures: [JudgeTrial.Shown])? {
    guard !activeLatents.isEmpty else { return nil }
    var random = SplitMix64(seed: seed ^ UInt64(latent) << 8)
    for _ in 0..<Self.draws {
      let drawn = activeLatents[Int(random.next(below: UInt64(activeLatents.count)))]
      guard drawn != latent else { continue }
      let pictures = try shown(ofLatent: drawn)
      if !pictures.isEmpty { return (drawn, pictures) }
    }
    return nil
  }

  /// What answers are kept by: the same digest only where every question is the same.
  func journal(of measure: JudgeMeasure, description: String) throws -> Judgement.Measure {
    var words = try settings(of: measure.about.kind).details() + "\n" + description
    for trial in measure.trials {
      words += "\n\(trial.truth)"
      for shown in trial.pictures {
        words += " \(shown.item):" + (shown.lit?.isLit.map { $0 ? "1" : "0" }.joined() ?? "")
      }
    }
    let digest = SHA256.digest(of: Array(words.utf8)).prefix(16)
    let kind = measure.about.kind.rawValue
    return switch measure.about.subject {
    case .explanation(let id):
      .init(owner: id, isOfLatent: false, kind: kind, settings: Array(digest).hexadecimal)
    case .latent(let latent):
      .init(owner: latent, isOfLatent: true, kind: kind, settings: Array(digest).hexadecimal)
    }
  }
}
