import ArgumentParser
import KernelProtocol
import World

/// A set of pictures whose concepts are known, and how they are run.
struct ConceptArguments: ParsableArguments {
  @Option(
    help: """
      A concept set: a JSON list of concepts, beside pictures with masks (default: the one that \
      ships, for the model that ships).
      """)
  var concepts: String?

  @Option(help: "A question that follows each of its pictures (default: the picture alone).")
  var question: String?

  @Option(help: "The chat template for the question: none, or model for the model's own.")
  var template: IndexBuild.Template?

  /// The set's absolute path; nil where none is given and none goes with the model.
  func path(for subject: ModelArguments) -> String? {
    concepts.map(absolutePath)
      ?? (subject.model == nil ? World(in: worldPlaces())?.concepts : nil)
  }

  var prompt: ConceptPrompt? {
    guard question != nil || template != nil else { return nil }
    return ConceptPrompt(text: question, template: template)
  }
}
