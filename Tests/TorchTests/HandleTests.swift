import Foundation
import Tensors
import TestSupport
import Testing
import Torch

/// What is made is given back. Each test counts in a library of its own.
@Suite(.enabled(if: InstalledTorch.library != nil, InstalledTorch.absence))
struct HandleTests {
  private static func engine() throws -> TorchOperators {
    let folder = try #require(InstalledTorch.folder)
    return try TorchOperators(
      device: TorchDevice(.cpu, of: TorchLibrary(folder: folder, threads: 1)),
      precision: .bfloat16)
  }

  /// Resident bytes of this process.
  private static func residentBytes() throws -> Int {
    let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
    return (Int(text.split(separator: " ")[1]) ?? 0) * 4_096
  }

  /// Four times 48,000 operators: no tensor is left, and memory does not grow each time, as it
  /// would by 14 MB if a tensor's own part, some 300 bytes, were left of each. It may grow for a
  /// while by what other tests do in this process.
  @Test func nothingIsLeftOfAHundredThousandCalls() throws {
    let engine = try Self.engine()
    let library = engine.device.library
    let x = try engine.rows(random(3, 16, seed: 1))
    let weight = try engine.vector(random(1, 16, seed: 2).values)
    let layer = try engine.linear(
      weights(.bfloat16, random(16, 16, seed: 3)), bias: random(1, 16, seed: 4).values)
    let embedding = RotaryEmbedding(headSize: 8, inverseFrequencies: [1, 0.5, 0.25, 0.125])
    let shape = AttentionShape(queryHeads: 2, keyValueHeads: 1, headSize: 8, causal: true)
    func step() throws {
      let normed = try engine.rmsNorm(x, weight: weight, epsilon: 1e-5)
      let y = try layer(normed)
      let turned = try engine.rotated(y, by: embedding, at: .consecutive(from: 2))
      let keys = turned.reshaped(columns: 8).slice(rows: 0..<3)
      let (output, levels) = try engine.attention(
        turned, keys, keys, shape: shape, firstQueryPosition: 0, keyEnds: nil,
        cancellation: .never)
      _ = try engine.attentionPullback(
        turned, keys, keys, output: output, logSumExp: levels, shape: shape,
        firstQueryPosition: 0, keyEnds: nil, outputGradient: y)
      _ = try engine.gatedPullback(
        y, up: x, by: .geluTanh, outputGradient: output, sharing: false)
    }
    for _ in 0..<100 { try step() }
    let tensors = library.liveTensors
    var growths: [Int] = []
    for _ in 0..<4 {
      let bytes = try Self.residentBytes()
      // Some 120 of PyTorch's operators a step.
      for _ in 0..<400 { try step() }
      growths.append(try Self.residentBytes() - bytes)
      #expect(library.liveTensors == tensors)
    }
    #expect((growths.min() ?? 0) < 5 << 20, "\(growths)")
  }

  @Test func nothingIsLeftWhenAllIsGone() throws {
    let folder = try #require(InstalledTorch.folder)
    let library = try TorchLibrary(folder: folder, threads: 1)
    do {
      let engine = try TorchOperators(
        device: TorchDevice(.cpu, of: library), precision: .float32)
      for work in AttentionCase.all.prefix(3) { _ = try work.results(engine) }
      #expect(library.liveTensors > 0)
    }
    #expect(library.liveTensors == 0)
  }

  /// In PyTorch's own words, where it has some: four petabytes.
  @Test func tellsThatThereIsNoMemory() throws {
    let engine = try Self.engine()
    let before = engine.device.library.liveTensors
    let error = #expect(throws: TorchError.self) {
      try engine.zeros(rows: 1 << 40, columns: 1 << 10)
    }
    guard case .outOfMemory("4503599627370496 bytes", "torch:cpu", 0, 0, let reason) = error else {
      Issue.record("found \(error as Any)")
      return
    }
    #expect(
      reason.contains("4503599627370496 bytes")
        || reason.hasSuffix("tells its reasons on standard error alone"))
    #expect(engine.device.library.liveTensors == before)
  }

  @Test func usesAsManyThreadsAsItIsTold() throws {
    let library = try #require(InstalledTorch.library)
    #expect(library.threadCount == 1)
  }
}
