import Glibc
internal import JSON
import JSONRPC
import KernelProtocol
import Tensors

/// The figures of a benchmark, as they come in.
struct BenchmarkLedger {
  /// Everything measured under one name at one length.
  struct Figure {
    let name: String
    /// Of the context, 0 where there is none.
    let tokens: Int
    var seconds: [Double]

    /// The middle value, or the mean of the two.
    var median: Double {
      let sorted = seconds.sorted()
      let middle = sorted.count / 2
      return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
  }

  let ceilings: Ceilings
  let work: BenchmarkWork?
  private(set) var figures: [Figure] = []
  var memory: ProcessMemory?
  /// Token ids of each prompt, so that another program can be given the same.
  var prompts: [[Int]] = []
  var attributions: [[AttributionCompute.Item]] = []

  init(ceilings: Ceilings, work: BenchmarkWork?) {
    self.ceilings = ceilings
    self.work = work
  }

  /// Times `body`.
  mutating func time<R>(_ name: String, tokens: Int = 0, _ body: () throws -> R) rethrows -> R {
    let clock = ContinuousClock()
    let begun = clock.now
    let result = try body()
    add(name, tokens: tokens, seconds: (clock.now - begun) / .seconds(1))
    return result
  }

  mutating func add(_ name: String, tokens: Int = 0, seconds: Double) {
    if let place = figures.firstIndex(where: { $0.name == name && $0.tokens == tokens }) {
      figures[place].seconds.append(seconds)
    } else {
      figures.append(Figure(name: name, tokens: tokens, seconds: [seconds]))
    }
    let length = tokens > 0 ? " at \(tokens) tokens" : ""
    writeLine("\(name)\(length): \(Self.text(seconds))", to: STDERR_FILENO)
  }

  /// What share of the machine's ceiling a figure's work reaches, where the work is known.
  func share(of figure: Figure) -> Double? {
    switch figure.name {
    case "prefill":
      guard let work, let multiply = ceilings.multiply else { return nil }
      return work.prefillOperations(tokens: figure.tokens) / figure.median / multiply
    case "decode":
      guard let work else { return nil }
      return work.decodeBytes(tokens: figure.tokens) / figure.median / ceilings.read
    default: return nil
    }
  }

  /// The figures as a Markdown table, with the machine's ceilings above it.
  func table() -> String {
    var text = "path \(ceilings.path.rawValue)"
    if let multiply = ceilings.multiply {
      text += ", multiply-adds \(NumberText.short(multiply / 1e9)) GFLOP/s"
    }
    text += ", memory read \(NumberText.short(ceilings.read / 1e9)) GB/s\n\n"
    text += "| what | tokens | median | lowest | highest | of the ceiling |\n|---|---|---|---|---|---|\n"
    for figure in figures {
      let share = share(of: figure).map { "\(Int(($0 * 100).rounded())) %" } ?? ""
      let cells = [
        figure.name, figure.tokens > 0 ? "\(figure.tokens)" : "", Self.text(figure.median),
        Self.text(figure.seconds.min() ?? 0), Self.text(figure.seconds.max() ?? 0), share,
      ]
      text += "| " + cells.joined(separator: " | ") + " |\n"
    }
    if let memory {
      text += "\npeak resident memory \(NumberText.short(Double(memory.peak) / 1e9)) GB\n"
    }
    return text
  }

  /// Everything as JSON.
  func value() -> JSONObject {
    var ceiling: JSONObject = [
      "path": .string(ceilings.path.rawValue), "readBytesPerSecond": .number(ceilings.read),
    ]
    if let multiply = ceilings.multiply { ceiling["operationsPerSecond"] = .number(multiply) }
    let rows = figures.map { figure -> JSONValue in
      var row: JSONObject = [
        "name": .string(figure.name), "tokens": .integer(Int64(figure.tokens)),
        "seconds": .array(figure.seconds.map { .number($0) }),
      ]
      if let share = share(of: figure) { row["shareOfCeiling"] = .number(share) }
      return .object(row)
    }
    let ids = prompts.map { JSONValue.array($0.map { .integer(Int64($0)) }) }
    let scores = attributions.map { items in
      JSONValue.array(items.map(Self.value))
    }
    var result: JSONObject = [
      "ceilings": .object(ceiling), "figures": .array(rows), "prompts": .array(ids),
      "attributions": .array(scores),
    ]
    if let memory { result["peakBytes"] = .integer(Int64(memory.peak)) }
    return result
  }

  private static func value(_ item: AttributionCompute.Item) -> JSONValue {
    let (latent, position) = (item.feature?.index ?? -1, item.position ?? -1)
    return .object([
      "latent": .integer(Int64(latent)), "position": .integer(Int64(position)),
      "score": .number(item.score),
    ])
  }

  /// Seconds with three digits, in milliseconds where they are few.
  static func text(_ seconds: Double) -> String {
    seconds < 1 ? "\(NumberText.short(seconds * 1000)) ms" : "\(NumberText.short(seconds)) s"
  }
}

/// What another process holds, in bytes.
struct ProcessMemory {
  /// The most pages it ever had in memory, mapped files included.
  let peak: Int

  /// Nil when the process has ended.
  init?(of process: pid_t) {
    guard let file = unsafe fopen("/proc/\(process)/status", "r") else { return nil }
    defer { unsafe fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    while unsafe fgets(&line, Int32(line.count), file) != nil {
      let words = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        .split { $0.isWhitespace }
      if words.first == "VmHWM:", words.count > 1, let kibibytes = Int(words[1]) {
        peak = kibibytes * 1024
        return
      }
    }
    return nil
  }
}
