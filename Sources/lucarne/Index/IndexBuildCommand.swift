import ArgumentParser
import FeatureIndex
import Glibc
import Indexing
import Interpretation
import Kernel
import KernelProtocol
import Reports
import Tensors
import World

/// Runs a corpus into an index.
struct IndexBuildCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "build",
    abstract: """
      Run pictures and prompts through a model and an autoencoder, and index the features.
      """,
    discussion: """
      The index is a single file that is consistent at every moment: after Ctrl-C or a crash, the \
      same \
      command resumes. Pictures that cannot be read are skipped and listed in the index. Without \
      --model, \
      the model that ships with lucarne is used.
      """)

  @Argument(help: "The index file; created if it does not exist.")
  var index: String

  @Option(help: "A folder of pictures.")
  var folder: String?

  @Option(help: "A text file with the path of a picture on each line.")
  var list: String?

  @Option(
    help: "A WebDataset tar file, gzipped or not, a named pipe with one, or - for standard input.")
  var tar: String?

  @Option(help: "A file of prompts, one JSON object per line, as for \"lucarne train\".")
  var prompts: String?

  @OptionGroup var subject: ModelArguments

  @Option(
    help: """
      Views to index, a comma-separated list of base, tiles and text; base alone is faster \
      (default: all).
      """)
  var views: String?

  @Option(help: "Top places to keep per feature and ranking (default: 20).")
  var exemplars: Int?

  @Option(help: "Tokens per span of text (default: 64).")
  var spanTokens: Int?

  @Option(
    help: """
      Tokens to sample for counting which features are active together (default: 65536).
      """)
  var sampledTokens: Int?

  @Option(help: "The chat template for prompts: none, or model for the model's own.")
  var template = "none"

  @Option(
    help: """
      Index only one part of the corpus, such as 0/3; "lucarne index merge" joins the parts.
      """)
  var shard: String?

  @Option(
    parsing: .unconditional, help: "The number of entries of the corpus to read (default: all).")
  var limit: Int?

  @Flag(help: "Store the pictures in the index instead of their paths.")
  var copyPictures = false

  @Option(help: ArgumentHelp("Entries after which a commit is made.", visibility: .hidden))
  var commitEntries = 1024

  @OptionGroup var compute: ComputeArguments

  func validate() throws {
    let given = [folder, list, tar, prompts].compactMap(\.self)
    guard given.count == 1 else {
      throw ValidationError("give exactly one of --folder, --list, --tar and --prompts")
    }
    for (name, value, range) in [
      ("exemplars", exemplars, 1...1000), ("span-tokens", spanTokens, 1...65_535),
      ("sampled-tokens", sampledTokens, 0...(1 << 24)), ("limit", limit, 1...Int.max),
      ("commit-entries", commitEntries, 1...1_000_000),
    ] {
      guard let value, !range.contains(value) else { continue }
      throw ValidationError(
        "--\(name) is \(value), expected \(range.lowerBound) "
          + (range.upperBound == .max ? "or more" : "to \(range.upperBound)"))
    }
    _ = try (wireShard, wireTemplate)
  }

  func run() throws {
    let (views, template, shard) = (wireViews, try wireTemplate, try wireShard)
    let built: IndexBuild.Built = try runLocally(
      IndexBuild.self, options, commitEntries: commitEntries, line: Self.line
    ) { kernel in
      IndexBuild.Params(
        path: absolutePath(index), sae: try kernel.autoencoderName(), corpus: corpus,
        views: views, exemplars: exemplars, spanTokens: spanTokens, sampledTokens: sampledTokens,
        template: template, shard: shard, limit: limit,
        keepPictures: copyPictures ? .copy : .reference)
    }
    let skipped = built.skipped
    tell(
      """
      \(built.path): \(built.items) items, \(built.newItems) of them new
      skipped: \(skipped.duplicate) duplicate, \(skipped.unreadable) unreadable, \
      \(skipped.unusable) unusable
      \(NumberText.fixed(built.itemsPerSecond, 1)) items/s in \(NumberText.fixed(built.seconds)) \
      s: \
      model \(NumberText.fixed(built.modelSeconds)) s, codes \
      \(NumberText.fixed(built.codeSeconds)) s, \
      the index took another \(NumberText.fixed(100 * built.overhead, 1)) % of that time
      """)
  }

  private var options: KernelOptions {
    KernelOptions(
      model: subject.model.map(absolutePath),
      autoencoders: subject.autoencoder.map { [absolutePath($0)] } ?? [],
      sites: subject.site.map { [$0] } ?? [], memoryLimit: compute.memoryLimit,
      threads: compute.threadCount, world: World(in: worldPlaces()), worldPlaces: worldPlaces())
  }

  private var corpus: CorpusPlace {
    if let folder { return .folder(absolutePath(folder)) }
    if let list { return .list(absolutePath(list)) }
    if let prompts { return .prompts(absolutePath(prompts)) }
    return tar == "-" ? .stdin : .tar(absolutePath(tar ?? ""))
  }

  private var wireViews: [String]? {
    guard let views else { return nil }
    let names = views.split(separator: ",")
    return (names.isEmpty ? [views[...]] : names).map { String($0) }
  }

  private var wireTemplate: IndexBuild.Template {
    get throws {
      guard let template = IndexBuild.Template(rawValue: template) else {
        throw ValidationError("--template is \"\(template)\", expected none or model")
      }
      return template
    }
  }

  private var wireShard: IndexBuild.Shard? {
    get throws {
      guard let shard else { return nil }
      let parts = shard.split(separator: "/").map { Int($0) }
      guard parts.count == 2, let index = parts[0], let count = parts[1], count <= 65_536,
        (0..<max(count, 0)).contains(index)
      else { throw ValidationError("--shard is \"\(shard)\", expected PART/PARTS, such as 0/3") }
      return .init(index: index, count: count)
    }
  }

  /// One line for a terminal.
  private static func line(_ progress: Job.Progress) -> String {
    let total = progress.total.map { "/\($0)" } ?? ""
    return "\(progress.done)\(total) entries  \(progress.message ?? "")  "
      + "\(NumberText.fixed(progress.rate ?? 0, 1)) items/s"
  }
}
