import ArgumentParser
import KernelProtocol
import World

/// A set of questions, and how they are put.
struct QuestionArguments: ParsableArguments {
  @Argument(help: "The file of questions (default: that which ships).")
  var questions: String?

  @Option(
    help: """
      Whose file it is: pope, hallusionBench, amber, or questions, JSON lines of {"image", \
      "question", "answer", "kind"}.
      """)
  var format: EvaluationRun.Format = .questions

  @Option(help: "AMBER's file of annotations.")
  var annotations: String?

  @Option(help: "The folder of the pictures (default: that of the questions).")
  var pictures: String?

  @Option(help: "Questions at most.")
  var limit: Int?

  @Option(help: "What is added behind each question, after a line break.")
  var instruction: String?

  @Option(help: "The chat template: none, or model for the model's own (default: model).")
  var template: IndexBuild.Template?

  @Option(help: "Tokens of an answer at most (default: 16).")
  var maxTokens: Int?

  /// - Throws: `WorldMissing` where no file is given and the one that ships is not found.
  var dataset: EvaluationRun.Dataset {
    get throws {
      EvaluationRun.Dataset(
        format: format, path: try questions.map(absolutePath) ?? shippedWorld().questions,
        annotations: annotations.map(absolutePath), pictures: pictures.map(absolutePath))
    }
  }
}
