import ArgumentParser
import FeatureIndex
import Glibc
import Indexing
import Interpretation
import Reports
import Tokenization

/// Writes an index in the formats of others.
struct IndexExportCommand: ParsableCommand {
  enum Format: String, ExpressibleByArgument { case neuronpedia, delphi }

  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Export an index as Neuronpedia's JSON lines or as delphi's splits.",
    discussion: """
      The output is a folder that appears when it is whole. neuronpedia: features/, activations/ \
      and \
      explanations/ in batches of 1,024 features, with the pictures' places (imageRef) and pixel \
      boxes (rect) \
      beside Neuronpedia's own keys. delphi: the activations of one view's best places, which is \
      all that an \
      index keeps: config.json in it says what is missing. protocol/README.md describes both.
      """)

  @Argument(help: "The index file.")
  var index: String

  @Argument(help: "The folder to create.")
  var output: String

  @Option(help: "neuronpedia or delphi.")
  var format: Format

  @Option(help: "neuronpedia: the id of the model on Neuronpedia (default: made from its digest).")
  var modelId: String?

  @Option(help: "neuronpedia: the name of the source set.")
  var sourceSet = "lucarne"

  @Option(help: "neuronpedia: the id of the user who owns the rows.")
  var creator = "lucarne"

  @Option(help: "neuronpedia: rank exemplars by max, mean or mass (the sum).")
  var ranking = "max"

  @Option(help: "neuronpedia: exemplars per feature and view (default: all in the index).")
  var exemplars: Int?

  @Option(help: "delphi: base, tiles or text.")
  var view = "text"

  @Option(help: "delphi: the number of files (default: one per 1,024 features).")
  var splits: Int?

  @Option(
    help: "delphi: a folder with the tokenizer.json of the model, to write tokens.")
  var tokenizer: String?

  func validate() throws {
    _ = try indexRanking
    if let exemplars, exemplars < 0 { throw ValidationError("--exemplars is \(exemplars)") }
    if let splits, !(1...65_536).contains(splits) {
      throw ValidationError("--splits is \(splits), expected 1 to 65536")
    }
  }

  func run() throws {
    let stop = Interruption()
    var line = ProgressLine()
    let report: (Double) -> Bool = { share in
      line.show("\(NumberText.fixed(100 * share, 0)) %")
      return !stop.isRequested
    }
    let path = absolutePath(output)
    let done = Result { try export(to: path, report) }
    line.end()
    if stop.isRequested, case .failure = done { throw ExitCode(130) }
    tell("\(path): \(try done.get())")
  }

  private func export(to path: String, _ report: (Double) -> Bool) throws -> String {
    let store = try FeatureIndexStore.open(at: absolutePath(index))
    switch format {
    case .neuronpedia:
      var options = NeuronpediaExport.Options()
      options.modelID = modelId
      options.sourceSet = sourceSet
      options.creator = creator
      options.ranking = try indexRanking
      if let exemplars { options.exemplars = exemplars }
      let counts = try NeuronpediaExport(store, options: options).write(to: path, progress: report)
      return "\(counts.features) features, \(counts.activations) activations, "
        + "\(counts.explanations) explanations"
    case .delphi:
      var options = DelphiExport.Options()
      options.view = IndexView(view)
      options.splits = splits
      options.modelName = tokenizer.map(absolutePath) ?? ""
      let known = try tokenizer.map { try Tokenizer(folder: absolutePath($0)) }
      let counts = try DelphiExport(store, options: options, tokenizer: known)
        .write(to: path, progress: report)
      return "\(counts.activations) activations of best places in \(counts.rows) rows, "
        + (counts.hasTokens ? "with tokens" : "without tokens")
    }
  }

  private var indexRanking: IndexRanking {
    get throws {
      switch ranking {
      case "max": .max
      case "mean": .mean
      case "mass": .mass
      default: throw ValidationError("--ranking is \"\(ranking)\", expected max, mean or mass")
      }
    }
  }

}
