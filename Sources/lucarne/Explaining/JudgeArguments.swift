import ArgumentParser
import KernelProtocol

/// Who judges: a server of chat completions, or the model itself.
struct JudgeArguments: ParsableArguments {
  @Option(help: "The address of a judge, a server of OpenAI's chat completions.")
  var judgeEndpoint: String?

  @Option(help: "The name of the judge's model.")
  var judgeModel: String?

  @Flag(help: "Let the model that is interpreted judge.")
  var judgeResident = false

  @Option(
    help: """
      How the judge answers: json, or text, one word (default: text with --judge-resident, else \
      json).
      """)
  var judgeAnswer: ExplanationGenerate.AnswerForm?

  func validate() throws {
    if judgeEndpoint != nil, judgeResident {
      throw ValidationError("give --judge-endpoint or --judge-resident, not both")
    }
    guard (judgeEndpoint == nil) == (judgeModel == nil) else {
      throw ValidationError("--judge-endpoint and --judge-model go together")
    }
  }

  /// nil where none is given.
  var judge: ExplanationGenerate.Explainer? {
    if judgeResident { return .resident(model: nil) }
    guard let judgeEndpoint, let judgeModel else { return nil }
    return .endpoint(.init(url: judgeEndpoint, model: judgeModel))
  }
}
