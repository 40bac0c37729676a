import ArgumentParser
import Kernel
import KernelProtocol
import Reports
import World

/// Looks for changes of features that put wrong answers right.
struct SearchSteeringCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "search-steering",
    abstract: "Look for changes of features that put wrong answers right and lose few right ones.",
    discussion: """
      The model answers a set's questions. Pictures are split in two halves: features and changes \
      are chosen on one, by what they put right and what they lose, and reported on the other, \
      beside random features and random directions. What is found is a recipe, a small file that \
      "lucarne evaluate --recipe", "lucarne serve --recipe" and requests apply, with this model \
      and this autoencoder alone. The answers of every round lie in the folder RECIPE.search; \
      after Ctrl-C the same command goes on.
      """)

  @OptionGroup var asked: QuestionArguments

  @Option(help: "The file of the recipe.")
  var recipe: String

  @Option(help: "What the recipe is called (default: as its file).")
  var name: String?

  @Option(help: "Wrong answers of a kind alone are to be put right; can be repeated.")
  var failing: [String] = []

  @Option(help: "Right answers of a kind alone are to be kept; can be repeated.")
  var keeping: [String] = []

  @Option(help: "Candidates by attribution, behind wrong answers and against them (default: 12).")
  var attribution: Int?

  @Option(help: "Candidates by the difference of mean activity (default: 12).")
  var contrast: Int?

  @Option(name: .customLong("feature"), help: "A candidate by its number; can be repeated.")
  var named: [Int] = []

  @Option(
    name: .customLong("word"),
    help: "Candidates whose label in --index has a word; can be repeated.")
  var words: [String] = []

  @Option(help: "The index whose labels --word searches (default: the one that ships).")
  var index: String?

  @Option(
    name: .customLong("place"),
    help: """
      Where changes are tried: all, question, image, last or generated; can be repeated (default: \
      all, question, image, last).
      """)
  var places: [SteeringSearch.Place] = []

  @Option(
    name: .customLong("scale"), help: "A factor that is tried; can be repeated (default: 0.5).")
  var scales: [Double] = []

  @Option(
    name: .customLong("quantile"),
    help: """
      A quantile of a feature's own activity that it is clamped at; can be repeated (default: 0.9).
      """)
  var quantiles: [Double] = []

  @Flag(help: "Do not try features at zero.")
  var noZero = false

  @Option(help: "Features of a recipe at most, 1 to 4 (default: 3).")
  var features: Int?

  @Option(help: "Changes that a round tries at most (default: 512).")
  var arms: Int?

  @Option(help: "The share of right answers that may be lost while choosing (default: 0.01).")
  var maxHarm: Double?

  @Option(help: "What the split and the controls are drawn by (default: 0).")
  var seed: UInt64?

  @Option(help: "Controls: draws of features about as active (default: 5).")
  var randomFeatures: Int?

  @Option(help: "Controls: draws of random directions (default: 5).")
  var randomDirections: Int?

  @Flag(help: "Print the result as JSON.")
  var json = false

  @OptionGroup var subject: ModelArguments
  @OptionGroup var compute: ComputeArguments

  func validate() throws { try checkOptions(try params(sae: "", index: nil)) }

  func run() throws {
    let labels = try words.isEmpty ? nil : index.map(absolutePath) ?? shippedWorld().index
    let found: SteeringSearch.Found = try runLocally(
      SteeringSearch.self, try subject.options(compute),
      line: { progressText($0, "questions") },
      params: { kernel in try params(sae: try kernel.autoencoderName(), index: labels) })
    try tellResult(found, asJSON: json) { lines(found) }
  }

  private func params(sae: String, index: String?) throws -> SteeringSearch.Params {
    func list<Element>(_ values: [Element]) -> [Element]? { values.isEmpty ? nil : values }
    return SteeringSearch.Params(
      dataset: try asked.dataset,
      recipe: absolutePath(recipe), sae: sae, name: name, failing: list(failing),
      keeping: list(keeping),
      candidates: .init(
        attribution: attribution, contrast: contrast, features: list(named), index: index,
        words: list(words)),
      operations: .init(
        zero: noZero ? false : nil, scales: list(scales), quantiles: list(quantiles)),
      places: list(places), features: features, arms: arms, maxHarm: maxHarm, seed: seed,
      controls: .init(
        features: randomFeatures ?? 5, directions: randomDirections ?? 5, seed: seed),
      limit: asked.limit, instruction: asked.instruction, template: asked.template,
      maxTokens: asked.maxTokens)
  }

  private func lines(_ found: SteeringSearch.Found) -> [String] {
    guard let evidence = found.recipe.evidence else { return [found.path] }
    let half = "the half that changes were not chosen on"
    let summary =
      "\(found.path): \(NumberText.counted(evidence.tried, "change")) tried in "
      + "\(durationText(found.seconds)); on \(half), "
      + "\(NumberText.counted(evidence.failing.heldOut, "wrong answer")) to be put right and "
      + "\(NumberText.counted(evidence.keeping.heldOut, "right one")) to be kept"
    return [summary] + notes(evidence) + [""] + front(evidence).lines + [""]
      + EvaluationText(evidence.heldOut).lines
  }

  /// What decided, and what the numbers are not of.
  private func notes(_ evidence: SteeringSearch.Evidence) -> [String] {
    var notes: [String] = []
    let limit = NumberText.fixed(100 * evidence.maxHarm, 1) + " %"
    let allowed = Int((evidence.maxHarm * Double(evidence.keeping.choosing)).rounded(.down))
    let chosen = evidence.front.first(where: \.isChosen)
    if let chosen, evidence.meetsMaxHarm {
      let better = evidence.front.first { $0.choosing.helped > chosen.choosing.helped }
      if let better {
        notes.append(
          "where it was chosen, at most \(limit) of right answers may be lost, \(allowed) of "
            + "\(evidence.keeping.choosing): the next change puts \(better.choosing.helped) right "
            + "and loses \(better.choosing.harmed)")
      }
      if let harm = chosen.heldOut.harm.value, harm > evidence.maxHarm {
        notes.append(
          "on the other half the recipe loses more than \(limit): \(chosen.heldOut.harmed) of "
            + "\(chosen.heldOut.harm.total)")
      }
    } else if !evidence.meetsMaxHarm {
      notes.append(
        "no change that helps loses as few as \(limit) of right answers, \(allowed) of "
          + "\(evidence.keeping.choosing): the recipe is the one with the greatest surplus")
    }
    if let leftOut = evidence.leftOut, leftOut > 0 {
      notes.append(
        "\(NumberText.counted(leftOut, "question")) of other kinds \(leftOut == 1 ? "is" : "are") "
          + "left out: shares of right answers below are not those of the whole set")
    }
    return notes
  }

  /// Help and harm where changes were chosen, and on the other half.
  private func front(_ evidence: SteeringSearch.Evidence) -> TextTable {
    TextTable(
      ["", "front", "put right", "lost", "held out: put right", "held out: lost"],
      evidence.front.map { point in
        [point.isChosen ? "recipe" : "", point.name]
          + [point.choosing, point.heldOut].flatMap { paired in
            [
              "\(paired.helped) of \(paired.help.total)",
              "\(paired.harmed) of \(paired.harm.total)",
            ]
          }
      }, texts: [0, 1])
  }
}
