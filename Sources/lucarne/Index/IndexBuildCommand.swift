import ArgumentParser
import FeatureIndex
import Glibc
import Indexing
import Interpretation
import JSON
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
      command resumes. Pictures that cannot be read are skipped and listed in the index. At the \
      end the \
      tokens that each feature raises and lowers, and its nearest neighbours, are added. Without \
      --model, \
      the model that ships with lucarne is used.

      --question runs each picture with a question by the model's chat template, and with the \
      answer that \
      the model gives: features that are active at the question or where the answer begins have \
      their best \
      places in the view text. A picture is run once for all questions.
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

  @Option(
    name: .customLong("question"),
    help: """
      A question to ask about each picture, which is then also run with it; may be given several \
      times.
      """)
  var questions: [String] = []

  @Option(
    name: .customLong("prompt-file"),
    help: """
      A prompt file with one image, to ask each picture in the image's place; may be given several \
      times.
      """)
  var promptFiles: [String] = []

  @Option(
    parsing: .unconditional,
    help: "The most tokens of the model's answer to a question; 0 for none (default: 16).")
  var answerTokens: Int?

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

  @Option(
    help: """
      The chat template for prompts: none, or model for the model's own (default: model for \
      questions, else none).
      """)
  var template: String?

  @Option(
    help: """
      Index only one part of the corpus, such as 0/3; "lucarne index merge" joins the parts.
      """)
  var shard: String?

  @Option(
    parsing: .unconditional, help: "The number of entries of the corpus to read (default: all).")
  var limit: Int?

  @Flag(
    help: """
      Store the pictures in the index instead of their paths, with each question once more.
      """)
  var copyPictures = false

  @Flag(help: "Leave out the tokens that features raise and lower, and their neighbours.")
  var noAnnotate = false

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
      ("commit-entries", commitEntries, 1...1_000_000), ("answer-tokens", answerTokens, 0...512),
    ] {
      guard let value, !range.contains(value) else { continue }
      throw ValidationError(
        "--\(name) is \(value), expected \(range.lowerBound) "
          + (range.upperBound == .max ? "or more" : "to \(range.upperBound)"))
    }
    if prompts != nil, !questions.isEmpty || !promptFiles.isEmpty {
      throw ValidationError(
        "--question and --prompt-file ask about pictures; the file of --prompts has its own texts")
    }
    if answerTokens != nil, questions.isEmpty, promptFiles.isEmpty {
      throw ValidationError("--answer-tokens is for --question and --prompt-file")
    }
    _ = (try IndexBuild.Shard(option: shard), try wireTemplate)
  }

  func run() throws {
    let (views, template) = (wireViews, try wireTemplate)
    let shard = try IndexBuild.Shard(option: shard)
    let promptTexts = try promptFiles.map(Self.text)
    let built: IndexBuild.Built = try runLocally(
      IndexBuild.self, options, commitEntries: commitEntries, line: Self.line
    ) { kernel in
      IndexBuild.Params(
        path: absolutePath(index), sae: try kernel.autoencoderName(), corpus: corpus,
        views: views, exemplars: exemplars, spanTokens: spanTokens, sampledTokens: sampledTokens,
        template: template, questions: questions.isEmpty ? nil : questions,
        promptFiles: promptTexts.isEmpty ? nil : promptTexts, answerTokens: answerTokens,
        annotate: !noAnnotate, shard: shard, limit: limit,
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
    guard let annotated = built.annotated else { return }
    tell(
      """
      tokens and neighbours of \(annotated.latents) features, in \
      \(NumberText.fixed(annotated.seconds, 1)) s
      """)
  }

  /// A prompt file as it is written.
  private static func text(ofFile path: String) throws -> String {
    let bytes: [UInt8]
    do { bytes = try JSONFile.bytes(at: absolutePath(path), limit: 4 << 20) } catch {
      throw ValidationError("--prompt-file \(error)")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw ValidationError("--prompt-file \(path) is not UTF-8 text")
    }
    return text
  }

  private var options: KernelOptions {
    compute.onDevice(
      KernelOptions(
        model: subject.model.map(absolutePath),
        autoencoders: subject.autoencoder.map { [absolutePath($0)] } ?? [],
        sites: subject.site.map { [$0] } ?? [], autoencoderOptions: [subject.autoencoderOptions],
        memoryLimit: compute.memoryLimit, threads: compute.threadCount,
        world: World(in: worldPlaces()), worldPlaces: worldPlaces()))
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

  private var wireTemplate: IndexBuild.Template? {
    get throws {
      guard let template else { return nil }
      guard let template = IndexBuild.Template(rawValue: template) else {
        throw ValidationError("--template is \"\(template)\", expected none or model")
      }
      return template
    }
  }

  /// One line for a terminal.
  private static func line(_ progress: Job.Progress) -> String {
    let total = progress.total.map { "/\($0)" } ?? ""
    return "\(progress.done)\(total)  \(progress.message ?? "")  "
      + "\(NumberText.fixed(progress.rate ?? 0, 1))/s"
  }
}
