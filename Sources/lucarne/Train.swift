import ArgumentParser
import Autoencoders
import FoundationEssentials
import Glibc
import Images
import Interpretation
import Models
import Tensors

/// Trains a TopK autoencoder on a model's residual stream.
struct Train: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train a TopK autoencoder on a model's residual stream.",
    discussion: """
      Prompts come as JSON, one a line: {"image": "picture.png", "text": "…", "answer": "…"}, an image \
      or a text at least, paths relative to the file. The state is saved regularly beside the output and \
      a run that was interrupted goes on from there.
      """)

  @Option(help: "A Hugging Face checkpoint folder.")
  var model: String

  @Option(help: "The site, such as resid_post.5.")
  var site: String

  @Option(help: "The JSON lines of prompts.")
  var prompts: String

  @Option(help: "The folder to write; the autoencoder goes into it under the site's module name.")
  var output: String

  @Option(help: "Latents, M.")
  var latents = 2048

  @Option(name: .customShort("k"), help: "Active latents a token.")
  var active = 16

  @Option(help: "Optimiser steps.")
  var steps = 5000

  @Option(help: "Tokens a step.")
  var batch = 2048

  @Option(help: "Peak learning rate; by default 2e-4 / √(M / 2¹⁴).")
  var learningRate: Double?

  @Option(help: "Tokens without firing after which a latent counts as dead.")
  var deadAfter = 500_000

  @Option(help: "Steps between saves of the state.")
  var saveEvery = 500

  @Option(help: "Seed of the start and of the order of tokens.")
  var seed: UInt64 = 0

  @Option(help: "The type of the written weights: F32, F16 or BF16.")
  var type = "F32"

  @Option(help: "Threads of the numeric work (default: the machine's processors).")
  var threads: Int?

  func run() throws {
    guard let type = ScalarType(rawValue: type) else {
      throw ValidationError("--type is \"\(type)\", expected F32, F16 or BF16")
    }
    guard let place = Site(name: site) else {
      throw ValidationError("--site is \"\(site)\", expected a name such as resid_post.5")
    }
    let compute = Compute(
      team: ThreadTeam(threadCount: threads ?? processorCount()), precision: .float32)
    let checkpoint = try LlavaNextModel(folder: absolutePath(model), team: compute.team)
    guard place.block < checkpoint.decoder.blockCount else {
      throw ValidationError(
        "--site is \(place.name), the model has blocks 0 … \(checkpoint.decoder.blockCount - 1)")
    }
    let residuals = try harvest(checkpoint, block: place.block)
    var source = try MatrixActivationSource(residuals, batchSize: batch, seed: seed)
    let state = output + "/trainer.safetensors"
    let trainer = try startOrResume(
      inputSize: checkpoint.decoder.hiddenSize, state: state, source: &source, compute: compute)
    while trainer.step < steps, let rows = source.nextBatch() {
      let progress = try trainer.step(rows)
      if progress.step % 50 == 0 || progress.step == steps { report(progress) }
      if progress.step % saveEvery == 0, progress.step < steps {
        try trainer.saveCheckpoint(to: state, position: source.position)
      }
    }
    let folder = output + "/model.layers.\(place.block)"
    try trainer.writeAutoencoder(to: folder, as: type)
    try? FileManager.default.removeItem(atPath: state)
    print(folder)
  }

  private func startOrResume(
    inputSize: Int, state: String, source: inout MatrixActivationSource, compute: Compute
  ) throws -> TopKTrainer {
    try FileManager.default.createDirectory(
      atPath: output, withIntermediateDirectories: true)
    let options = try TrainerOptions(
      inputSize: inputSize, latents: latents, k: active, steps: steps,
      learningRate: learningRate, warmUpSteps: min(1000, steps / 10), deadAfterTokens: deadAfter,
      seed: seed)
    if FileManager.default.fileExists(atPath: state) {
      let (trainer, position) = try TopKTrainer.resume(from: state, compute: compute)
      guard trainer.options == options else {
        throw ValidationError(
          "\(state) was saved by a run with other options: give those, or remove it to begin anew")
      }
      try source.move(to: position)
      writeLine("resumed at step \(trainer.step)", to: STDERR_FILENO)
      return trainer
    }
    return try TopKTrainer(options: options, compute: compute)
  }

  private func report(_ progress: TrainingProgress) {
    let fields = [
      "step \(progress.step)/\(steps)", "fvu \(rounded(progress.fvu))",
      "l0 \(rounded(progress.l0))", "dead \(progress.dead)",
      "tokens/s \(Int(progress.tokensPerSecond))",
    ]
    writeLine(fields.joined(separator: "  "), to: STDERR_FILENO)
  }

  private func rounded(_ value: Double) -> Double { (value * 10_000).rounded() / 10_000 }

  /// The residuals of every prompt, one below the other.
  private func harvest(_ checkpoint: LlavaNextModel, block: Int) throws -> Matrix {
    let harvest = ResidualHarvest(model: checkpoint, block: block)
    var corpus = try PromptCorpus(path: prompts)
    var rows = Matrix(rows: 0, columns: checkpoint.decoder.hiddenSize)
    var index = 0
    while let entry = try corpus.next(cancellation: .never) {
      defer { index += 1 }
      if let problem = entry.problem { throw ValidationError("--prompts: \(problem)") }
      let picture = try entry.picture.map { try PictureDecoder().picture(from: $0.bytes()) }
      let prompt = try checkpoint.prompt(
        entry.parts(picture: picture),
        template: .model(addGenerationPrompt: entry.answer == nil))
      rows.append(try harvest(prompt, cancellation: .never))
      if (index + 1) % 100 == 0 {
        let total = corpus.count.map { "/\($0)" } ?? ""
        writeLine("\(index + 1)\(total) prompts, \(rows.rows) tokens", to: STDERR_FILENO)
      }
    }
    return rows
  }
}
