import JSONRPC
import KernelProtocol

/// Which measures a job takes, and of what.
struct ScorePlan {
  typealias Scorer = ExplanationScore.Scorer

  let scorers: [Scorer]

  private static let ofConcepts: [Scorer] = [.iou, .auc]
  private static let ofVision: [Scorer] = [.iou, .clip, .monosemanticity]
  private static let ofJudge: [Scorer] = [.consistency, .detection, .fuzz, .intruder]

  /// Measured on the concept set's pictures and masks.
  var byConcepts: [Scorer] { hasConcepts ? scorers.filter(Self.ofConcepts.contains) : [] }
  /// Measured by the vision worker.
  var byVision: [Scorer] {
    scorers.filter { Self.ofVision.contains($0) && !(hasConcepts && $0 == .iou) }
  }
  /// Measured by a judge.
  var byJudge: [Scorer] { scorers.filter(Self.ofJudge.contains) }
  /// Whether random pictures of the index are run.
  var needsPool: Bool { !byVision.isEmpty || !byJudge.isEmpty }
  /// Whether something is measured of latents, whatever is said of them.
  var measuresLatents: Bool { scorers.contains(.monosemanticity) || scorers.contains(.intruder) }
  private let hasConcepts: Bool

  /// - Throws: `DomainError` for a measure without what it is taken by.
  init(_ params: ExplanationScore.Params, hasVision: Bool) throws(DomainError) {
    hasConcepts = params.concepts != nil
    let possible =
      (hasConcepts ? Self.ofConcepts : []) + (hasVision ? Self.ofVision : [])
      + (params.judge != nil ? Self.ofJudge : [])
    guard let asked = params.scorers else {
      guard !possible.isEmpty else {
        throw DomainError(
          .unsupportedTarget,
          "there is nothing to score explanations by: expected concepts (iou, auc), a judge "
            + "(consistency, detection, fuzz, intruder), or a kernel with a vision worker (iou, "
            + "clip, monosemanticity)")
      }
      scorers = Scorer.allCases.filter(possible.contains)
      return
    }
    for scorer in asked where !possible.contains(scorer) {
      if Self.ofJudge.contains(scorer) {
        throw DomainError(.unsupportedTarget, "\(scorer.rawValue) needs a judge, and none is given")
      }
      guard Self.ofVision.contains(scorer) else {
        throw DomainError(
          .unsupportedTarget,
          "\(scorer.rawValue) needs concepts, and none are given: give a concept set (concepts, or "
            + "--concepts on the command line), by which iou is then measured, too")
      }
      throw DomainError(
        .visionUnavailable,
        "\(scorer.rawValue) needs the vision worker, and the kernel was started without one",
        hint: scorer == .iou
          ? "start it with --vision, or give concepts with masks" : "start it with --vision")
    }
    scorers = Scorer.allCases.filter(asked.contains)
  }
}
