import ArgumentParser
import FeatureIndex
import FoundationEssentials
import KernelProtocol
import Reports

/// Has a model say what features stand for.
struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Have a model say what features stand for, by their best pictures and texts.",
    discussion: """
      The model is shown where a feature is strongest, the rest of each picture darkened, and is \
      asked what these places have in common. It is a server of OpenAI's chat completions (vLLM, \
      SGLang, llama.cpp, Ollama, "transformers serve") or the model that is interpreted itself. \
      Explanations are added to the index. What this model has explained before is not asked \
      again, and after Ctrl-C the same command resumes.
      """)

  @OptionGroup var place: IndexArgument
  @OptionGroup var explainer: ExplainerArguments
  @OptionGroup(title: "Features (default: --top frequency:100)") var features: LatentArguments

  @Option(help: "The view whose exemplars are shown (default: base).")
  var view: String?

  @Option(help: "What a feature's best places are: max, mean or mass (default: mean).")
  var rankBy: FeatureExamples.Ranking?

  @Option(help: "Exemplars to show of each feature (default: 5).")
  var exemplars: Int?

  @Option(help: "Pixels of a shown picture's longer side at most (default: 336).")
  var side: Int?

  @Option(
    help: """
      How what a feature does not see is told from what it sees: dimmed, black, weighted by its \
      activation, or paper, the published pipeline's picture (default: dimmed).
      """)
  var style: FeatureRender.Style?

  @Option(help: "Whether the edges are those of patches or smooth (default: patches).")
  var interpolation: FeatureRender.Interpolation?

  @Option(help: "The brightness left to what a feature does not see, 0 to 1 (default: 0.2).")
  var level: Double?

  @Option(
    help: """
      What is asked for: json, an object that says whether there is a common concept, or text, a \
      sentence, for models that write no JSON (default: text with --resident, else json).
      """)
  var answer: ExplanationGenerate.AnswerForm?

  @Flag(
    help: """
      With --resident: show no exemplars, but a white picture on which the feature is held, and \
      take what the model says it sees. A feature of which it says nothing else than of the \
      picture as it is, or changed as far in a random direction, counts as uninterpretable.
      """)
  var blankPicture = false

  @Option(
    help: """
      What the feature is held at on the blank picture, in its largest activation in the view \
      (default: 4).
      """)
  var strength: Double?

  @Option(
    help: "What is asked about the blank picture (default: \"Describe the image.\").")
  var question: String?

  @OptionGroup var asking: AskingArguments

  @Flag(
    help: """
      Explain anew what this model has explained before, such as in another style.
      """)
  var again = false

  @Flag(help: "Print the result as JSON.")
  var json = false

  @OptionGroup var subject: ModelArguments
  @OptionGroup var compute: ComputeArguments

  func validate() throws {
    guard let explainer = explainer.explainer else {
      throw ValidationError(
        "the explainer is missing: give --endpoint URL --endpoint-model NAME, or --resident"
      )
    }
    if !blankPicture, strength != nil || question != nil {
      throw ValidationError("--strength and --question go with --blank-picture")
    }
    if let strength, !(strength > 0 && strength <= 1_000) {
      throw ValidationError(
        "--strength is \(strength), expected a number above zero, at most 1000")
    }
    try checkOptions(params(index: "/", explainer, try features.selection))
  }

  func run() throws {
    let path = try place.writablePath()
    guard let explainer = explainer.explainer else { return }
    let start = Date.now.timeIntervalSince1970
    let params = params(index: path, explainer, try features.selection)
    let found: ExplanationGenerate.Generated = try runLocally(
      ExplanationGenerate.self, try subject.options(compute),
      line: { progressText($0, "features") }, params: { _ in params })
    try tellResult(found, asJSON: json) { try lines(found, path, since: start) }
    if found.failed > 0, found.explained + found.uninterpretable + found.known == 0 {
      throw ExitCode(1)
    }
  }

  private func params(
    index: String, _ explainer: ExplanationGenerate.Explainer, _ features: LatentSelection?
  ) -> ExplanationGenerate.Params {
    .init(
      index: index, features: features ?? .top(.init(by: .frequency, count: 100)),
      explainer: explainer,
      blankPicture: blankPicture ? .init(question: question, strength: strength) : nil,
      view: view, rankBy: rankBy, exemplars: exemplars, style: style,
      interpolation: interpolation, level: level, side: side,
      answer: answer ?? (self.explainer.resident ? .text : .json), maxTokens: asking.maxTokens,
      concurrency: asking.concurrency, requestSeconds: asking.requestSeconds, tries: asking.tries,
      again: again ? true : nil)
  }

  private func lines(
    _ found: ExplanationGenerate.Generated, _ path: String, since start: Double
  ) throws -> [String] {
    let counts = [
      ("explained", found.explained), ("uninterpretable", found.uninterpretable),
      ("failed", found.failed), ("explained before", found.known),
      ("never active in the view", found.silent),
    ].filter { $0.1 > 0 || $0.0 == "explained" }.map { "\(NumberText.grouped($0.1)) \($0.0)" }
    return [
      "\(path): \(counts.joined(separator: ", "))",
      "\(durationText(found.seconds)), \(NumberText.grouped(found.promptTokens)) tokens read, "
        + "\(NumberText.grouped(found.completionTokens)) written",
    ]
      + (found.known > 0 && found.explained + found.uninterpretable + found.failed == 0
        ? ["all were explained before by this model; --again explains them anew"] : [])
      + (found.failed > 0 ? ["the same command tries again what failed"] : [])
      + (try NewExplanations(in: path, since: start).lines)
  }
}
