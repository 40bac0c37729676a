import ArgumentParser
import FoundationEssentials
import Glibc
import KernelProtocol
import Tensors

/// Measures a kernel that runs as this program's child, through the requests any client sends.
struct Benchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure how fast a kernel answers, compared with the machine's peak speed.",
    discussion: """
      Starts kernels, loads a model and an autoencoder, opens contexts that have nothing in \
      common, and \
      times each kind of request. Figures go to standard error as they are measured, the table to \
      standard output.
      """)

  @Option(help: "A Hugging Face checkpoint folder.")
  var model: String

  @Option(name: .customLong("sae"), help: "An autoencoder folder.")
  var autoencoder: String

  @Option(help: "A picture for a context with a picture.")
  var picture: String?

  @Option(help: "Lengths of text contexts in tokens, such as 616,2928.")
  var tokens = "616"

  @Option(help: "How often to repeat each measurement.")
  var repeats = 3

  @Option(help: "Tokens to generate when measuring decoding.")
  var decodeTokens = 16

  @OptionGroup var compute: ComputeArguments

  @Option(help: "A JSON file to write all figures to.")
  var json: String?

  @Option(
    parsing: .upToNextOption,
    help: "What to measure (default: everything).")
  var only: [BenchmarkSubject] = []

  func validate() throws {
    guard lengths != nil else {
      throw ValidationError(
        "--tokens is \"\(tokens)\", expected lengths such as 616,2928, or none")
    }
    if tokens == "none", picture == nil {
      throw ValidationError("--tokens is none and there is no --picture: nothing would be measured")
    }
    for (name, value) in [("repeats", repeats), ("decode-tokens", decodeTokens)]
    where !(1...1000).contains(value) {
      throw ValidationError("--\(name) is \(value), expected 1 to 1000")
    }
  }

  /// The lengths of `--tokens`, ascending; nil where one is no positive number.
  private var lengths: [Int]? {
    if tokens == "none" { return [] }
    let numbers = tokens.split(separator: ",").map { Int(trimmed(String($0))) }
    guard numbers.allSatisfy({ ($0 ?? 0) > 0 }) else { return nil }
    return numbers.compactMap(\.self).sorted()
  }

  func run() throws {
    let threads = compute.threadCount
    var arguments = ["--threads", "\(threads)"]
    if compute.device != "cpu" { arguments += ["--device", compute.device] }
    if let torch = compute.torch { arguments += ["--torch", absolutePath(torch)] }
    if let memoryLimit = compute.memoryLimit { arguments += ["--memory-limit", "\(memoryLimit)"] }
    var run = BenchmarkRun(
      arguments: arguments, model: absolutePath(model), autoencoder: absolutePath(autoencoder),
      repeats: repeats, decodeTokens: decodeTokens,
      subjects: Set(only.isEmpty ? BenchmarkSubject.allCases : only),
      ceilings: Ceilings(team: ThreadTeam(threadCount: threads)),
      work: try WorkCount(checkpoint: absolutePath(model)))
    run.report.facts = MachineFacts.json(threads: threads)
    try run.measure(lengths: lengths ?? [], picture: picture.map(absolutePath))
    tell(run.report.table)
    if let json { try run.report.write(to: absolutePath(json)) }
  }
}
