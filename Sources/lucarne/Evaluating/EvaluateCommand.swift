import ArgumentParser
import FoundationEssentials
import Kernel
import KernelProtocol
import Reports

/// Has a model answer the questions of a benchmark, as it is and changed.
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Have a model answer a benchmark's questions, as it is and with features changed.",
    discussion: """
      Every question is asked of the model as it is, and in every arm: with the autoencoder's \
      reconstruction (--reconstruction), or with features changed (--change), beside controls. \
      Answers are kept in a file of JSON lines; after Ctrl-C the same command goes on. "lucarne \
      report answers" makes a page of them.

      A change is written NAME: OPERATION FEATURE [VALUE] [at PLACE] [generated]; several are \
      separated by commas:
        --change "quiet: zero 182 at last, scale 352 0.5 at question"
      Operations are zero, scale, clamp and add; places \(Region.placeNames), joined by +; without \
      a place all of the prompt is changed.
      """)

  @OptionGroup var asked: QuestionArguments

  @Option(help: "The file that answers are kept in.")
  var answers: String

  @Option(name: .customLong("change"), help: "An arm with features changed; can be repeated.")
  var changes: [String] = []

  @Option(
    name: .customLong("recipe"),
    help: "An arm with the changes of a recipe, called as its file; can be repeated.")
  var recipes: [String] = []

  @Flag(help: "An arm with the autoencoder's reconstruction in the residual's place.")
  var reconstruction = false

  @Option(help: "Controls of each arm: draws of features about as active (default: 0).")
  var randomFeatures: Int?

  @Option(help: "Controls of each arm: draws of random directions (default: 0).")
  var randomDirections: Int?

  @Option(help: "What the controls are drawn by (default: 0).")
  var seed: UInt64?

  @Option(name: .customLong("kind"), help: "Questions of a kind alone; can be repeated.")
  var kinds: [String] = []

  @Option(help: "A part of the pictures, such as 0/4 for the first of four.")
  var shard: String?

  @Option(help: "Write a page of the answers, as \"lucarne report answers\" does, to this file.")
  var html: String?

  @Flag(help: "Print the result as JSON.")
  var json = false

  @OptionGroup var subject: ModelArguments
  @OptionGroup var compute: ComputeArguments

  func validate() throws {
    if let html {
      let dataset = try asked.dataset
      try checkOutput(
        absolutePath(html),
        besides: [absolutePath(answers), dataset.path] + recipes.map(absolutePath)
          + [dataset.annotations].compactMap(\.self))
    }
    do { try checkOptions(try params(sae: "")) } catch let error as ChangeText.Malformed {
      throw ValidationError(error.description)
    }
  }

  func run() throws {
    let found: EvaluationRun.Evaluated = try runLocally(
      EvaluationRun.self, try subject.options(compute), line: { progressText($0, "questions") },
      params: { kernel in try params(sae: try kernel.autoencoderName()) })
    try tellResult(found, asJSON: json) {
      [summary(found), ""] + EvaluationText(found.report).lines
    }
    if let html {
      let report = try LocalAnswers.report(ofFiles: [found.answers], pictures: nil)
      try writeFile(Array(AnswerPage(report).html.utf8), to: absolutePath(html))
    }
  }

  private func summary(_ found: EvaluationRun.Evaluated) -> String {
    var text =
      "\(found.answers): \(NumberText.counted(found.asked, "question")) answered in "
      + durationText(found.seconds)
    if found.known > 0 { text += ", \(NumberText.grouped(found.known)) were there" }
    if found.missing > 0 {
      text += "; \(NumberText.grouped(found.missing)) not asked, their pictures are missing"
    }
    return text
  }

  private func params(sae: String) throws -> EvaluationRun.Params {
    let arms =
      try changes.map { try arm($0, sae: sae) }
      + recipes.map { path in
        let file = path.split(separator: "/").last ?? ""
        return EvaluationRun.Arm(
          name: String(file.hasSuffix(".json") ? file.dropLast(5) : file),
          recipe: absolutePath(path))
      }
    let hasControls = randomFeatures != nil || randomDirections != nil || seed != nil
    return EvaluationRun.Params(
      dataset: try asked.dataset,
      answers: absolutePath(answers), sae: reconstruction || !arms.isEmpty ? sae : nil,
      arms: arms.isEmpty ? nil : arms, reconstruction: reconstruction ? true : nil,
      controls: hasControls
        ? .init(features: randomFeatures, directions: randomDirections, seed: seed) : nil,
      kinds: kinds.isEmpty ? nil : kinds, limit: asked.limit,
      shard: try IndexBuild.Shard(option: shard),
      instruction: asked.instruction,
      template: asked.template, maxTokens: asked.maxTokens)
  }

  private func arm(_ text: String, sae: String) throws -> EvaluationRun.Arm {
    guard let colon = text.firstIndex(of: ":") else {
      throw ValidationError(
        "--change is \"\(text)\", expected a name and a colon before the change, such as "
          + "\"quiet: zero 182\"")
    }
    let name = text[..<colon].split(separator: " ").joined(separator: " ")
    return EvaluationRun.Arm(
      name: name,
      interventions: try ChangeText(String(text[text.index(after: colon)...]), sae: sae)
        .interventions)
  }
}
