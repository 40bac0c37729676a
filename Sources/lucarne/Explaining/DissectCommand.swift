import ArgumentParser
import Kernel
import KernelProtocol
import Reports

/// Names features by concepts whose masks are known.
struct DissectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dissect",
    abstract: "Name features by the concepts of pictures whose masks are known.",
    discussion: """
      A feature is named by the concept whose mask its activations overlap best (Network \
      Dissection). Feature, threshold and concept are chosen on one half of the pictures and \
      measured on the other. The names are added to the index as explanations. \
      protocol/README.md describes the format of a concept set.
      """)

  @OptionGroup var place: IndexArgument
  @OptionGroup var concepts: ConceptArguments
  @OptionGroup var subject: ModelArguments

  @Option(help: "The view of the pictures whose activations are used (default: tiles).")
  var view: String?

  @Option(
    help: """
      What --thresholds are: quantile, of a feature's activations, or peak, a share of its largest.
      """)
  var thresholdBy = ActivationThreshold.Measure.quantile

  @Option(
    help: """
      Thresholds to try, a comma-separated list of numbers from 0 to 1 (default: 0,0.5,0.8).
      """)
  var thresholds: String?

  @Option(
    name: .customLong("minimum-iou"),
    help: "The least IoU on the measuring half of the pictures (default: 0.04).")
  var minimumIoU: Double?

  @Option(help: "The least IoU as a multiple of a random feature's (default: 5).")
  var minimumRatio: Double?

  @Flag(help: "Print the result as JSON.")
  var json = false

  @OptionGroup var compute: ComputeArguments

  func validate() throws {
    let params = params(index: "/", sae: "", concepts: "/", threshold: try threshold)
    try checkOptions(
      params, names: ["minimumIoU": "minimum-iou", "threshold.at": "thresholds"])
  }

  func run() throws {
    let path = try place.writablePath()
    guard let set = concepts.path(for: subject) else {
      throw ValidationError(
        "--concepts is missing: a concept set says what the features are named by")
    }
    let threshold = try threshold
    let dissected: ExplanationDissect.Dissected = try runLocally(
      ExplanationDissect.self, try subject.options(compute), line: { progressText($0, "") },
      params: { kernel in
        params(
          index: path, sae: try kernel.autoencoderName(), concepts: set, threshold: threshold)
      })
    try tellResult(dissected, asJSON: json) { lines(dissected, path) }
  }

  private func params(
    index: String, sae: String, concepts set: String, threshold: ActivationThreshold?
  ) -> ExplanationDissect.Params {
    .init(
      sae: sae, concepts: set, index: index, view: view, threshold: threshold,
      prompt: concepts.prompt, minimumIoU: minimumIoU, minimumRatio: minimumRatio)
  }

  private var threshold: ActivationThreshold? {
    get throws {
      guard let thresholds else {
        return thresholdBy == .quantile ? nil : .init(by: thresholdBy, at: [0, 0.5, 0.8])
      }
      let numbers = thresholds.split(separator: ",", omittingEmptySubsequences: false)
        .map { Double($0) }
      guard numbers.allSatisfy({ $0.map((0...1).contains) ?? false }) else {
        throw ValidationError(
          "--thresholds is \"\(thresholds)\", expected numbers from 0 to 1, such as 0,0.5,0.8")
      }
      return .init(by: thresholdBy, at: numbers.compactMap(\.self))
    }
  }

  private func lines(_ found: ExplanationDissect.Dissected, _ path: String) -> [String] {
    let table = TextTable(
      ["concept", "feature", "IoU", "by chance"],
      found.concepts.map {
        [
          $0.concept, "#\($0.latent)", NumberText.fixed($0.iou, 3),
          NumberText.fixed($0.baseline, 3),
        ]
      })
    return [
      "\(path): \(NumberText.counted(found.namedLatents, "feature")) named, of "
        + "\(NumberText.grouped(found.activeLatents)) active on "
        + NumberText.counted(found.pictures, "picture"),
      "\(found.foundConcepts) of \(NumberText.counted(found.measuredConcepts, "concept")) "
        + "have a feature; each concept's best:",
    ] + table.lines
  }
}
