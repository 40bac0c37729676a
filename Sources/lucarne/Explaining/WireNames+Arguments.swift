import ArgumentParser
import KernelProtocol

extension ActivationThreshold.Measure: ExpressibleByArgument {}
extension EvaluationRun.Format: ExpressibleByArgument {}
extension ExplanationGenerate.AnswerForm: ExpressibleByArgument {}
extension ExplanationScore.Mask: ExpressibleByArgument {}
extension ExplanationState: ExpressibleByArgument {}
extension FeatureExamples.Ranking: ExpressibleByArgument {}
extension FeatureRender.Interpolation: ExpressibleByArgument {}
extension FeatureRender.Style: ExpressibleByArgument {}
extension SteeringSearch.Place: ExpressibleByArgument {}
extension IndexBuild.Template: ExpressibleByArgument {}
