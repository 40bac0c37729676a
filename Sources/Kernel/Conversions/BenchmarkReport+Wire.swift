import Benchmarks
import KernelProtocol

extension QuestionFormat {
  init(_ wire: EvaluationRun.Format) {
    self =
      switch wire {
      case .pope: .pope
      case .hallusionBench: .hallusionBench
      case .amber: .amber
      case .questions: .questions
      }
  }
}

extension EvaluationRun.Format {
  init(_ format: QuestionFormat) {
    self =
      switch format {
      case .pope: .pope
      case .hallusionBench: .hallusionBench
      case .amber: .amber
      case .questions: .questions
      }
  }
}

extension EvaluationReport.Report {
  init(_ report: BenchmarkReport) {
    self.init(
      format: EvaluationRun.Format(report.format), questions: report.questions,
      answered: report.answered, missing: report.missing,
      arms: report.arms.map(EvaluationReport.Arm.init),
      controls: report.controls.map {
        EvaluationReport.Control(
          of: $0.controlled, role: EvaluationReport.Role($0.role), seeds: $0.seeds,
          paired: EvaluationReport.Paired(
            $0.paired, p: $0.seeds > 1 ? nil : $0.paired.exactMcNemar))
      })
  }
}

extension EvaluationReport.Role {
  fileprivate init(_ role: Arm.Role) {
    self =
      switch role {
      case .plain: .plain
      case .reconstruction: .reconstruction
      case .intervention: .intervention
      case .randomFeatures: .randomFeatures
      case .randomDirection: .randomDirection
      }
  }
}

extension EvaluationReport.Arm {
  fileprivate init(_ result: ArmResult) {
    self.init(
      name: result.arm.name, role: EvaluationReport.Role(result.arm.role),
      of: result.arm.controlled, seed: result.arm.seed, right: result.verdicts[.right] ?? 0,
      wrong: result.verdicts[.wrong] ?? 0, unclear: result.verdicts[.unclear] ?? 0,
      accuracy: EvaluationReport.Rate(result.accuracy),
      metrics: result.metrics.map {
        EvaluationReport.Metric(
          name: $0.name, value: $0.value, rate: $0.rate.map(EvaluationReport.Rate.init))
      },
      kinds: result.kinds.map {
        EvaluationReport.Kind(
          kind: $0.kind, accuracy: EvaluationReport.Rate($0.accuracy),
          paired: $0.paired.map(EvaluationReport.Paired.init))
      }, paired: result.paired.map(EvaluationReport.Paired.init))
  }
}

extension EvaluationReport.Paired {
  init(_ outcome: PairedOutcome) { self.init(outcome, p: outcome.exactMcNemar) }

  /// - Parameter p: nil where several draws are together, whose answers are not independent.
  fileprivate init(_ outcome: PairedOutcome, p: Double?) {
    self.init(
      bothRight: outcome.bothRight, bothWrong: outcome.bothWrong, helped: outcome.helped,
      harmed: outcome.harmed, help: EvaluationReport.Rate(outcome.help),
      harm: EvaluationReport.Rate(outcome.harm), p: p, toYes: outcome.toYes,
      toNo: outcome.toNo)
  }
}

extension EvaluationReport.Rate {
  init(_ rate: Rate) {
    self.init(
      count: rate.count, total: rate.total, value: rate.value, low: rate.interval?.lowerBound,
      high: rate.interval?.upperBound)
  }
}

extension EvaluationReport.Change {
  init(_ change: AnswerChange) {
    self.init(
      arm: change.arm, id: change.item.id, image: change.item.picture, kind: change.item.kind,
      question: change.item.question, answer: change.item.answer, before: change.before,
      after: change.after)
  }
}
