import ArgumentParser
import Autoencoders
import FeatureIndex
import Glibc
import Indexing
import Interpretation
import Kernel
import Reports
import Tokenization

/// Makes an index of what others cached.
struct IndexImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Make an index of a cache of activations: the paper's, or delphi's splits.",
    discussion: """
      Each row is an item: a text where the cache has tokens, else a picture's base view, and its \
      tiles where \
      --pictures and --model are given. Give --model and --sae, from which the digests are \
      computed, or the \
      digests that `index/open` is to find; without them the index opens for no model. What the \
      paper's code \
      lost, the last feature of each file, stays unknown and is counted.
      """)

  @Argument(help: "The folder with FIRST_LAST.safetensors.")
  var cache: String

  @Argument(help: "The new index file.")
  var index: String

  @Option(help: "The checkpoint that the cache was made with.")
  var model: String?

  @Option(name: .customLong("sae"), help: "The autoencoder that the cache was made with.")
  var autoencoder: String?

  @Option(help: "The model's digest, as `index/open` reports it.")
  var modelDigest: String?

  @Option(help: "The autoencoder's digest.")
  var saeDigest: String?

  @Option(help: "The autoencoder's site, if no model is given.")
  var site = "resid_post.24"

  @Option(help: "The autoencoder's activation function, if no model is given.")
  var activation = "topk 256"

  @Option(
    help: """
      The number of features, if no model is given (default: up to the last in the cache).
      """)
  var latents: Int?

  @Option(help: "base or text (default: text if the cache has tokens).")
  var view: String?

  @Option(help: "Rows and columns of patches in a picture, if no model is given.")
  var grid = "24x24"

  @Option(help: "A text file with the path of each row's picture, one per line.")
  var pictures: String?

  @Option(
    help: """
      The number of rows (default: as many as there are tokens or pictures, else up to the \
      last active row).
      """)
  var rows: Int?

  @Option(help: "A folder with the tokenizer.json of the model, to write tokens as text.")
  var tokenizer: String?

  @Option(help: "Top places to keep per feature and ranking.")
  var exemplars = 20

  @Option(help: "Tokens per span of text.")
  var spanTokens = 64

  @Option(help: "Tokens to sample for counting which features are active together.")
  var sampledTokens = 65_536

  func validate() throws {
    _ = try (gridSize, indexView)
    guard (model == nil) == (autoencoder == nil) else {
      throw ValidationError("give --model and --sae, or neither")
    }
    for (name, digest) in [("model-digest", modelDigest), ("sae-digest", saeDigest)] {
      guard let digest else { continue }
      guard model == nil else { throw ValidationError("--\(name) is computed from --model") }
      let isDigest =
        digest.utf8.count == 64
        && digest.utf8.allSatisfy {
          (48...57).contains($0) || (97...102).contains($0)
        }
      if !isDigest {
        throw ValidationError(
          "--\(name) is \"\(digest)\", expected 64 lower-case hexadecimal digits")
      }
    }
    if let rows, rows < 0 { throw ValidationError("--rows is \(rows), expected 0 or more") }
  }

  func run() throws {
    let stop = Interruption()
    var line = ProgressLine()
    let report: (Double) -> Bool = { share in
      line.show("\(NumberText.fixed(100 * share, 0)) %")
      return !stop.isRequested
    }
    let path = absolutePath(index)
    let cache = try FeatureCache(path: absolutePath(cache))
    var options = CacheImport.Options(
      identity: try identity(cache),
      index: IndexOptions(
        exemplars: exemplars, sampledTokens: sampledTokens, spanTokens: spanTokens))
    options.view = try indexView
    options.grid = try gridSize
    options.rows = rows
    options.pictures = pictures.map(absolutePath)
    options.tokenizer = try tokenizer.map { try Tokenizer(folder: absolutePath($0)) }
    let work = try CacheImport(cache, options: options)
    let done = Result { try work.write(to: path, progress: report) }
    line.end()
    if stop.isRequested, case .failure = done { throw ExitCode(130) }
    let counts = try done.get()
    tell(
      """
      \(path): \(counts.items) items, \(counts.activations) activations
      left out: \(counts.leftOut) activations, \(counts.skipped) rows
      unknown: \(counts.missingLatents.count) features that the cache does not have
      """)
  }

  private func identity(_ cache: FeatureCache) throws -> IndexIdentity {
    if let model, let autoencoder {
      return try LocalKernel(
        KernelOptions(
          model: absolutePath(model), autoencoders: [absolutePath(autoencoder)],
          threads: processorCount(), world: nil)
      ).indexIdentity()
    }
    return IndexIdentity(
      model: modelDigest ?? "", autoencoder: saeDigest ?? "", site: site,
      latentCount: latents ?? (cache.splits.last?.latents.upperBound ?? 0) + 1,
      activation: activation)
  }

  private var gridSize: GridSize {
    get throws {
      let parts = grid.split(separator: "x").map { Int($0) }
      guard parts.count == 2, let rows = parts[0], let columns = parts[1],
        (1...65_536).contains(rows), (1...65_536).contains(columns)
      else { throw ValidationError("--grid is \"\(grid)\", expected ROWSxCOLUMNS, such as 24x24") }
      return GridSize(rows: rows, columns: columns)
    }
  }

  private var indexView: IndexView? {
    get throws {
      switch view {
      case nil: nil
      case "base": .base
      case "text": .text
      default: throw ValidationError("--view is \"\(view ?? "")\", expected base or text")
      }
    }
  }
}
