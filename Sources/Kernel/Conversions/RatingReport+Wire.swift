import Benchmarks
import KernelProtocol

extension EvaluationJudge.Ratings {
  init(_ report: RatingReport) {
    self.init(
      concept: report.header.concept, judge: report.header.judge,
      arms: report.arms.map(EvaluationJudge.Arm.init))
  }
}

extension EvaluationJudge.Arm {
  fileprivate init(_ arm: RatedArm) {
    func mean(_ quality: RatedQuality) -> EvaluationJudge.Mean {
      EvaluationJudge.Mean(arm.qualities[quality] ?? Mean(of: []))
    }
    self.init(
      name: arm.arm.name, rated: arm.rated, unrated: arm.unrated, concept: mean(.concept),
      instruction: mean(.instruction), fluency: mean(.fluency),
      score: EvaluationJudge.Mean(arm.score),
      difference: arm.difference.map(EvaluationJudge.Mean.init))
  }
}

extension EvaluationJudge.Mean {
  fileprivate init(_ mean: Mean) {
    self.init(count: mean.count, value: mean.value, standardError: mean.standardError)
  }
}
