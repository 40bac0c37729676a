import ArgumentParser
import Glibc
internal import JSON
import Kernel
import Tensors

/// Measures a kernel through the requests that a client sends.
struct Benchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure a kernel on a checkpoint and an autoencoder, beside what the machine can do.",
    discussion: """
      Starts a kernel and times opening, decoding, encoding, attribution and ablation on a text of a \
      given length and on a picture, through the same requests that a client sends. Progress goes to \
      standard error, the table to standard output.
      """)

  @Option(help: "A Hugging Face checkpoint folder.")
  var model: String

  @Option(name: .customLong("sae"), help: "An autoencoder folder.")
  var autoencoder: String

  @Option(help: "bfloat16, float32 or int8 (default: the model's own).")
  var precision: String?

  @Option(help: "A picture whose context is measured, too.")
  var picture: String?

  @Option(help: "Words of the text context; 0 measures none.")
  var words = 615

  @Option(help: "How often each context is opened afresh.")
  var repeats = 3

  @Option(help: "A file for all figures, as JSON.")
  var json: String?

  func validate() throws {
    guard (0...100_000).contains(words) else {
      throw ValidationError("--words is \(words), expected 0 to 100000")
    }
    guard (1...1000).contains(repeats) else {
      throw ValidationError("--repeats is \(repeats), expected 1 to 1000")
    }
    guard words > 0 || picture != nil else {
      throw ValidationError("nothing to measure: --words is 0 and there is no --picture")
    }
  }

  func run() throws {
    let ceilings = Ceilings(team: ThreadTeam(threadCount: processorCount()))
    // 16-bit checkpoints are read as they lie; 8-bit weights are made of them.
    let bytesPerWeight = precision == "int8" ? 1.0 : 2.0
    var ledger = BenchmarkLedger(
      ceilings: ceilings,
      work: try BenchmarkWork(model: absolutePath(model), bytesPerWeight: bytesPerWeight))
    let clock = ContinuousClock()
    let begun = clock.now
    let kernel = try KernelClient(
      serving: [], name: "lucarne benchmark", version: KernelVersion.current)
    ledger.add("start to initialize", seconds: (clock.now - begun) / .seconds(1))
    var subject = BenchmarkSubject(kernel: kernel)
    try subject.load(
      model: absolutePath(model), autoencoder: absolutePath(autoencoder), precision: precision,
      into: &ledger)
    var prompts: [BenchmarkPrompt] = words > 0 ? [.words(words)] : []
    if let picture { prompts.append(.picture(absolutePath(picture))) }
    for prompt in prompts {
      for number in 0..<repeats { try subject.measure(prompt, number: number, into: &ledger) }
    }
    for prompt in prompts { try subject.interrupt(prompt, into: &ledger) }
    ledger.memory = ProcessMemory(of: kernel.processID)
    try kernel.end()
    print(ledger.table(), terminator: "")
    if let json {
      let bytes = try JSONValue.object(ledger.value()).bytes()
      try write(bytes, to: json)
    }
  }

  private func write(_ bytes: [UInt8], to path: String) throws {
    let temporary = path + ".unfinished"
    guard let file = unsafe fopen(temporary, "w") else { throw failure(path) }
    let written = unsafe bytes.withUnsafeBytes {
      unsafe fwrite($0.baseAddress, 1, $0.count, file)
    }
    guard unsafe fclose(file) == 0, written == bytes.count, unsafe rename(temporary, path) == 0 else {
      throw failure(path)
    }
  }

  private func failure(_ path: String) -> CommandError {
    unsafe .cannotWrite(path: path, reason: String(cString: strerror(errno)))
  }
}
