import ArgumentParser
import FoundationEssentials
import Glibc
import JSONRPC
import Kernel
import KernelProtocol
import Reports
import Tensors

/// Trains a TopK autoencoder on a model's residual stream, by the work of `sae/train`.
struct Train: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train a TopK autoencoder on a model's residual stream.",
    discussion: """
      Prompts are JSON, one per line: {"image": "picture.png", "text": "…", "answer": "…"}. Each \
      has an \
      image or a text; paths are relative to the file. The state is saved regularly beside the \
      output, and \
      the same command resumes an interrupted run.
      """)

  @Option(help: "A Hugging Face checkpoint folder.")
  var model: String

  @Option(help: "The residual stream to train on, such as resid_post.5 (after block 5).")
  var site: String

  @Option(help: "A file of prompts, one JSON object per line.")
  var prompts: String

  @Option(
    help: """
      The folder to write to; the autoencoder is put into a subfolder named after the site's \
      module.
      """)
  var output: String

  @Option(help: "The number of latents.")
  var latents = 2048

  @Option(name: .customShort("k"), help: "Active latents per token.")
  var active = 16

  @Option(help: "The number of optimiser steps.")
  var steps = 5000

  @Option(help: "Tokens per step.")
  var batch = 2048

  @Option(help: "Peak learning rate (default: 2e-4 / √(latents / 2¹⁴)).")
  var learningRate: Double?

  @Option(help: "A latent counts as dead after this many tokens without being active.")
  var deadAfter = 500_000

  @Option(help: "Steps between saves.")
  var saveEvery = 500

  @Option(help: "Seed for the initial weights and the order of tokens.")
  var seed = 0

  @Option(help: "Type of the written weights: F32, F16 or BF16.")
  var type = "F32"

  @OptionGroup var compute: ComputeArguments

  func validate() throws {
    for (name, value, range) in [
      ("latents", latents, 1...Int.max), ("steps", steps, 1...Int.max),
      ("batch", batch, 2...Int.max), ("dead-after", deadAfter, 1...Int.max),
      ("save-every", saveEvery, 1...Int.max), ("seed", seed, 0...Int.max),
    ] as [(String, Int?, ClosedRange<Int>)] {
      guard let value, !range.contains(value) else { continue }
      throw ValidationError("--\(name) is \(value), expected \(range.lowerBound) or more")
    }
    guard (1...max(1, latents)).contains(active) else {
      throw ValidationError("-k is \(active), expected 1 to \(latents)")
    }
  }

  func run() throws {
    guard let type = SAETrain.WeightType(rawValue: type) else {
      throw ValidationError("--type is \"\(type)\", expected F32, F16 or BF16")
    }
    let options = compute.onDevice(
      KernelOptions(
        memoryLimit: compute.memoryLimit, threads: compute.threadCount, world: nil))
    let trained: SAETrain.Trained = try runLocally(SAETrain.self, options, line: Self.line) { _ in
      SAETrain.Params(
        model: absolutePath(model), site: site, corpus: .prompts(absolutePath(prompts)),
        output: absolutePath(output), latents: latents, k: active, steps: steps, batch: batch,
        learningRate: learningRate, deadAfter: deadAfter, seed: seed, type: type,
        saveEvery: saveEvery)
    }
    tell(trained.path)
  }

  /// One line for a terminal.
  private static func line(_ progress: Job.Progress) -> String {
    let figures = (progress.metrics ?? [:]).sorted { $0.key < $1.key }.map { name, value in
      "\(name) \(NumberText.fixed(value, value < 100 ? 4 : 0))"
    }
    let total = progress.total.map { "/\($0)" } ?? ""
    return (["\(progress.done)\(total)", progress.message].compactMap(\.self) + figures)
      .joined(separator: "  ")
  }
}
