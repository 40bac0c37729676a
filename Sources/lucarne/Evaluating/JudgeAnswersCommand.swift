import ArgumentParser
import Kernel
import KernelProtocol
import Reports

/// Has a judge rate what arms answer, for steering towards a concept.
struct JudgeAnswersCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "judge-answers",
    abstract: "Have a judge rate what a model answered while features were changed.",
    discussion: """
      For steering towards a concept, as AxBench rates it: each answer gets three ratings of 0 to \
      2, for how far it brings in the concept, how far it answers the question, and how well it \
      reads; its score is their harmonic mean, 0 where one is 0. The judge sees question and \
      answer, not the picture. Ratings are kept in a file of JSON lines; after Ctrl-C the same \
      command goes on, and asks again what was not rated. "lucarne report answers --ratings" \
      shows them beside the answers.
      """)

  @Argument(help: "The files of answers of one run of \"lucarne evaluate\".")
  var answers: [String]

  @Option(help: "What was steered towards, in words.")
  var concept: String

  @Option(help: "The file that ratings are kept in.")
  var ratings: String

  @Option(
    name: .customLong("arm"),
    help: "Rate an arm, beside the plain model, instead of all; can be repeated.")
  var arms: [String] = []

  @Option(help: "Answered questions at most.")
  var limit: Int?

  @OptionGroup var judging: JudgeArguments
  @OptionGroup(title: "Asking the judge") var asking: AskingArguments

  @Flag(help: "Print the result as JSON.")
  var json = false

  @OptionGroup var subject: ModelArguments
  @OptionGroup var compute: ComputeArguments

  func validate() throws { try checkOptions(try params) }

  func run() throws {
    let params = try params
    let found: EvaluationJudge.Judged = try runLocally(
      EvaluationJudge.self, try subject.options(compute), line: { progressText($0, "ratings") },
      params: { _ in params })
    try tellResult(found, asJSON: json) { [summary(found), ""] + RatingsText(found.report).lines }
    if found.failed > 0, found.asked + found.known == 0 { throw ExitCode(1) }
  }

  private var params: EvaluationJudge.Params {
    get throws {
      guard let judge = judging.judge else {
        throw ValidationError("who judges? give --judge-endpoint or --judge-resident")
      }
      return EvaluationJudge.Params(
        answers: answers.map(absolutePath), ratings: absolutePath(ratings), judge: judge,
        concept: concept, arms: arms.isEmpty ? nil : arms, limit: limit,
        answer: judging.judgeAnswer, maxTokens: asking.maxTokens,
        concurrency: asking.concurrency, requestSeconds: asking.requestSeconds,
        tries: asking.tries)
    }
  }

  private func summary(_ found: EvaluationJudge.Judged) -> String {
    var text =
      "\(found.ratings): \(NumberText.counted(found.asked, "rating")) of "
      + "\(NumberText.counted(found.texts, "text")) in \(durationText(found.seconds))"
    if found.known > 0 { text += ", \(NumberText.grouped(found.known)) were there" }
    if found.failed > 0 {
      text += "; \(NumberText.grouped(found.failed)) missing, which the same command asks for again"
    }
    return text
  }
}
