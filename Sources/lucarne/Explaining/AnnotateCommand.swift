import ArgumentParser
import Kernel
import KernelProtocol
import Reports

/// Keeps with an index what decoder rows do.
struct AnnotateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "annotate",
    abstract:
      "Add to an index which tokens each feature raises and lowers, and its nearest features.",
    discussion: """
      Both are read off the weights; no picture is run. What an earlier run has added is not \
      computed again, and after Ctrl-C the same command resumes.
      """)

  @OptionGroup var place: IndexArgument
  @OptionGroup var subject: ModelArguments

  @Option(help: "Tokens to keep to each side (default: 20).")
  var tokens: Int?

  @Option(help: "Nearest features to keep (default: 20).")
  var neighbours: Int?

  @Flag(help: "Print the result as JSON.")
  var json = false

  @OptionGroup var compute: ComputeArguments

  func validate() throws { try checkOptions(params(index: "/", sae: "")) }

  func run() throws {
    let path = try place.writablePath()
    let annotated: IndexAnnotate.Annotated = try runLocally(
      IndexAnnotate.self, try subject.options(compute), line: { progressText($0, "features") },
      params: { kernel in params(index: path, sae: try kernel.autoencoderName()) })
    try tellResult(annotated, asJSON: json) {
      [
        "\(path): \(NumberText.counted(annotated.latents, "feature")) annotated in "
          + durationText(annotated.seconds)
      ]
    }
  }

  private func params(index: String, sae: String) -> IndexAnnotate.Params {
    .init(index: index, sae: sae, tokens: tokens, neighbours: neighbours)
  }
}
