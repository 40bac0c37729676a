import ArgumentParser
import FoundationEssentials
import KernelProtocol
import Reports

/// Makes short phrases of explanations.
struct RefineCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "refine",
    abstract: "Make short noun phrases of explanations, for what looks for them in pictures.",
    discussion: """
      A detector or CLIP finds "wheels of bicycles" more readily than a sentence. Phrases are made \
      by a rule, by a server of OpenAI's chat completions or by the model that is interpreted \
      itself, and added to the index beside the longer explanations, which a judge goes on \
      reading. What has been refined in the same way is not refined again, and after Ctrl-C the \
      same command resumes.
      """)

  @OptionGroup var place: IndexArgument

  @Flag(help: "Refine by a rule, without a model; the default.")
  var rule = false

  @OptionGroup var explainer: ExplainerArguments
  @OptionGroup(title: "Features (default: all that have an explanation)")
  var features: LatentArguments

  @Option(
    help: """
      A concept set, as for "lucarne dissect": a phrase that names one of its concepts is of that \
      concept's kind.
      """)
  var concepts: String?

  @Option(
    help: """
      How a model answers: json or text (default: text with --resident, else json).
      """)
  var answer: ExplanationGenerate.AnswerForm?

  @OptionGroup var asking: AskingArguments

  @Flag(help: "Refine anew what has been refined in the same way.")
  var again = false

  @Flag(help: "Print the result as JSON.")
  var json = false

  @OptionGroup var subject: ModelArguments
  @OptionGroup var compute: ComputeArguments

  func validate() throws {
    if rule, explainer.explainer != nil {
      throw ValidationError("give one of --rule, --endpoint and --resident")
    }
    try checkOptions(params(index: "/", try features.selection))
  }

  func run() throws {
    let path = try place.writablePath()
    let start = Date.now.timeIntervalSince1970
    let params = params(index: path, try features.selection)
    let found: ExplanationRefine.Refined = try runLocally(
      ExplanationRefine.self, try subject.options(compute),
      line: { progressText($0, "explanations") }, params: { _ in params })
    try tellResult(found, asJSON: json) { try lines(found, path, since: start) }
    if found.failed > 0, found.refined + found.unchanged + found.uninterpretable + found.known == 0
    {
      throw ExitCode(1)
    }
  }

  private func params(index: String, _ features: LatentSelection?) -> ExplanationRefine.Params {
    .init(
      index: index, by: explainer.explainer.map { .model($0) } ?? .rule, features: features,
      concepts: concepts.map(absolutePath), answer: answer, maxTokens: asking.maxTokens,
      concurrency: asking.concurrency, requestSeconds: asking.requestSeconds, tries: asking.tries,
      again: again ? true : nil)
  }

  private func lines(
    _ found: ExplanationRefine.Refined, _ path: String, since start: Double
  ) throws -> [String] {
    let counts = [
      ("refined", found.refined), ("short already", found.unchanged),
      ("uninterpretable", found.uninterpretable), ("failed", found.failed),
      ("refined before", found.known),
    ].filter { $0.1 > 0 || $0.0 == "refined" }.map { "\(NumberText.grouped($0.1)) \($0.0)" }
    return ["\(path): \(counts.joined(separator: ", ")) in \(durationText(found.seconds))"]
      + (found.failed > 0 ? ["the same command tries again what failed"] : [])
      + (try NewExplanations(in: path, since: start).lines)
  }
}
