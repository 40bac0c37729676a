import ArgumentParser
import Kernel
import KernelProtocol
import Reports

/// Measures how well explanations hold.
struct ScoreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "score",
    abstract: "Measure how well explanations hold, beside what chance gives.",
    discussion: """
      Measures, by what they need:
        a concept set (--concepts, or that of the model that ships): iou, auc
        a vision worker (--vision): iou where no concept set is given, clip, monosemanticity
        a judge (--judge-endpoint or --judge-resident): consistency, detection, fuzz, intruder
      Without --scorer, all are taken whose needs are met. protocol/README.md says what each one \
      is. Scores are added to the index; what has been measured with the same settings is not \
      measured again, and after Ctrl-C the same command resumes. "lucarne report scores" makes \
      tables of one or several indexes.
      """)

  @OptionGroup var place: IndexArgument

  @Option(
    name: .customLong("scorer"),
    help: """
      A measure; can be repeated, or be a comma-separated list: \
      \(ExplanationScore.Scorer.allCases.map(\.rawValue).joined(separator: ", ")) (default: all \
      whose needs are met).
      """)
  var names: [String] = []

  @OptionGroup var concepts: ConceptArguments

  @Option(
    help: """
      The command that starts a vision worker, such as \
      "python -m lucarne_vision --grounding DIR --segmentation DIR --clip DIR"; or masks:FILE, \
      the worker that ships and answers from the masks of a concept set, or masks, from those \
      that ship.
      """)
  var vision: String?

  @Option(help: "The least score of a box that the vision worker finds (default: 0.3).")
  var groundingThreshold: Double?

  @OptionGroup var judging: JudgeArguments

  @OptionGroup(
    title: """
      Features (default: all that have an explanation; for intruder and monosemanticity all that \
      are active)
      """)
  var features: LatentArguments

  @Option(help: "The view that is looked at (default: tiles with concepts, else base).")
  var view: String?

  @Option(help: "What a feature's best pictures are: max, mean or mass (default: mean).")
  var rankBy: FeatureExamples.Ranking?

  @Option(help: "Pictures of a feature that are looked at (default: 5).")
  var exemplars: Int?

  @Option(
    help: """
      iou: where a feature counts as active: smoothed as in the paper, patches, or the quantile of \
      its activations (default: patches with concepts, else smoothed).
      """)
  var mask: ExplanationScore.Mask?

  @Option(
    help: "--mask quantile: the share of activations too small to count (default: 0.8).")
  var quantile: Double?

  @Option(help: "Random pictures of the index, for what chance gives (default: 100).")
  var pool: Int?

  @Option(help: "Random draws of as many pictures (default: 10 for iou, 30 for clip).")
  var trials: Int?

  @Option(help: "Questions to the judge for detection, fuzz and intruder (default: 10).")
  var questions: Int?

  @Option(help: "The seed of everything random (default: 0).")
  var seed: Int?

  @OptionGroup(title: "Asking the judge") var asking: AskingArguments

  @Flag(help: "Measure anew what has been measured with the same settings.")
  var again = false

  @Flag(help: "Print the result as JSON.")
  var json = false

  @OptionGroup var subject: ModelArguments
  @OptionGroup var compute: ComputeArguments

  func validate() throws {
    try checkOptions(try params(index: "/", sae: "", concepts: nil))
  }

  func run() throws {
    let path = try place.writablePath()
    let scorers = try scorers ?? []
    // With a vision worker, it says where concepts are, unless a set is given or is needed.
    let needsSet = vision == nil || scorers.contains(.auc) && !scorers.contains(.iou)
    let set = needsSet ? concepts.path(for: subject) : concepts.concepts.map(absolutePath)
    let params = try params(index: path, sae: "", concepts: set)
    let scored: ExplanationScore.Scored = try runLocally(
      ExplanationScore.self, try subject.options(compute, vision: vision),
      line: { progressText($0, "") },
      params: { kernel in
        var params = params
        params.sae = try kernel.autoencoderName()
        return params
      })
    try tellResult(scored, asJSON: json) { [path + ":"] + ScoredText(scored).lines }
  }

  private func params(
    index: String, sae: String, concepts set: String?
  ) throws -> ExplanationScore.Params {
    .init(
      index: index, sae: sae, scorers: try scorers, concepts: set, judge: judging.judge,
      features: try features.selection, view: view, rankBy: rankBy, prompt: concepts.prompt,
      exemplars: exemplars, mask: mask, quantile: quantile,
      groundingThreshold: groundingThreshold, pool: pool, trials: trials, questions: questions,
      seed: seed, answer: judging.judgeAnswer, maxTokens: asking.maxTokens,
      concurrency: asking.concurrency, requestSeconds: asking.requestSeconds, tries: asking.tries,
      again: again ? true : nil)
  }

  /// nil where none is named.
  private var scorers: [ExplanationScore.Scorer]? {
    get throws {
      guard !names.isEmpty else { return nil }
      return try names.flatMap { $0.split(separator: ",", omittingEmptySubsequences: false) }.map {
        guard let scorer = ExplanationScore.Scorer(rawValue: String($0)) else {
          throw ValidationError(
            "--scorer is \"\($0)\", expected "
              + ExplanationScore.Scorer.allCases.map(\.rawValue).joined(separator: ", "))
        }
        return scorer
      }
    }
  }
}
