import Glibc
internal import JSON
import Kernel
import KernelProtocol
import Tensors

/// One run of the benchmark: what it is given, and the order of its measurements.
struct BenchmarkRun {
  /// Of `lucarne serve`.
  let arguments: [String]
  let model: String
  let autoencoder: String
  let repeats: Int
  let decodeTokens: Int
  let subjects: Set<BenchmarkSubject>
  let ceilings: Ceilings
  let work: WorkCount
  var report = BenchmarkReport()
  /// Contexts opened so far: each has another first token than the one before.
  var variant = 0
  /// What was loaded last, as the kernel told.
  var loaded: (model: ModelLoad.Result, sae: SAELoad.Result)?

  /// Measures in the order in which memory grows, so that each context's peak is its own.
  mutating func measure(lengths: [Int], picture: String?) throws {
    measureCeilings()
    guard subjects != [.ceilings] else { return }
    try measureStart()
    let kernel = try measureLoad()
    let memory = ProcessMemory(of: kernel.processID)
    defer { memory.end() }
    var prompts = try BenchmarkPrompt.texts(lengths: lengths, kernel: kernel)
    if let picture { prompts.append(.picture(at: picture)) }
    for prompt in prompts {
      try measure(prompt, on: kernel)
      let peak = memory.peak()
      report.add(Double(peak.resident), "peak resident memory", .bytes, context: prompt.name)
      report.add(
        Double(peak.anonymous), "peak of allocated memory", .bytes, context: prompt.name)
      report.add(Double(peak.file), "peak of mapped pages", .bytes, context: prompt.name)
    }
    try kernel.end()
    if subjects.contains(.ceilings) { measureMemoryCeiling() }
  }

  private mutating func measureCeilings() {
    guard subjects.contains(.ceilings) else { return }
    for path in KernelPath.available where path != .amxEmulated {
      let rate = ceilings.multiplyAdds(path: path)
      report.add(rate, "multiply-add ceiling, \(path.rawValue)", .operationsPerSecond)
    }
    measureMemoryCeiling()
  }

  private mutating func measureMemoryCeiling() {
    report.add(ceilings.memoryRead(), "memory read ceiling", .bytesPerSecond)
  }

  /// A kernel without a model, from the process's start to the answer to `initialize`.
  private mutating func measureStart() throws {
    guard subjects.contains(.start) else { return }
    for _ in 0..<max(10, repeats) {
      let (kernel, seconds) = try timed { try makeKernel() }
      report.add(seconds, "start", .seconds)
      try kernel.end()
    }
  }

  /// Loads model and autoencoder, each time into a fresh kernel; the last one stays.
  private mutating func measureLoad() throws -> ChildKernel {
    report.add(
      WorkCount.residentShare(of: work.files), "weights in memory before the first load", .share)
    var kernel = try makeKernel()
    for number in 0..<(subjects.contains(.load) ? repeats : 1) {
      if number > 0 {
        try kernel.end()
        kernel = try makeKernel()
      }
      let (loadedModel, modelSeconds) = try timed {
        try kernel(ModelLoad.self, ModelLoad.Params(path: model))
      }
      report.add(modelSeconds, "model/load", .seconds)
      let (sae, saeSeconds) = try timed {
        try kernel(SAELoad.self, SAELoad.Params(path: autoencoder))
      }
      report.add(saeSeconds, "sae/load", .seconds)
      loaded = (loadedModel, sae)
    }
    if let loaded {
      report.facts["model"] = [
        "architecture": .string(loaded.model.architecture),
        "layers": .integer(Int64(loaded.model.layers)),
        "hiddenSize": .integer(Int64(loaded.model.hiddenSize)),
        "bytes": .integer(Int64(loaded.model.bytes)),
      ]
      report.facts["sae"] = [
        "site": .string(loaded.sae.site), "latents": .integer(Int64(loaded.sae.latents)),
        "k": .integer(Int64(loaded.sae.k)), "bytes": .integer(Int64(loaded.sae.bytes)),
      ]
    }
    return kernel
  }

  private func makeKernel() throws -> ChildKernel {
    try ChildKernel(
      serving: arguments, name: "lucarne benchmark", version: KernelVersion.current)
  }

  /// The better of two looks at the multiply-add ceiling, before and after what is measured.
  func besideCeiling<Value>(_ body: () throws -> Value) throws -> (Value, ceiling: Double) {
    let path = KernelPath.best
    let before = ceilings.multiplyAdds(path: path, runs: 3)
    let value = try body()
    return (value, max(before, ceilings.multiplyAdds(path: path, runs: 3)))
  }

  /// The same for reading memory, on the weights themselves, so that no memory is taken from them;
  /// of a small model's, the best seen on other memory.
  func besideMemoryCeiling<Value>(_ body: () throws -> Value) throws -> (Value, ceiling: Double?) {
    let known = report.figures.first { $0.name == "memory read ceiling" }?.values.max()
    let file = work.files.max { $0.byteCount < $1.byteCount }
    let before = file.flatMap { ceilings.memoryRead(of: $0) }
    let value = try body()
    let after = file.flatMap { ceilings.memoryRead(of: $0) }
    return (value, [known, before, after].compactMap(\.self).max())
  }
}

/// A value with the seconds it took.
func timed<Value>(_ body: () throws -> Value) rethrows -> (Value, Double) {
  let start = ContinuousClock.now
  let value = try body()
  return (value, (ContinuousClock.now - start) / .seconds(1))
}

func pause(seconds: Double) {
  usleep(UInt32(max(0, min(seconds, 3600)) * 1e6))
}
