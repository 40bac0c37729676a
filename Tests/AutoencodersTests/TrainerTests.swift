import Autoencoders
import Checkpoints
import Foundation
import Tensors
import Testing

/// The trainer against a loop in PyTorch, against itself when interrupted, and against directions
/// that are known.
@Suite struct TrainerTests {
  private static func loopOptions() throws -> TrainerOptions {
    try TrainerOptions(
      inputSize: 12, latentCount: 40, k: 4, steps: 10, learningRate: 2e-3, warmUpSteps: 3,
      auxiliaryWeight: 1 / 32, deadAfterTokens: 70, largestGradientNorm: 0.3)
  }

  private func batch(_ step: Int, _ reference: Reference) throws -> Matrix {
    let values = try reference.file.floats("loop.batches")
    return Matrix(
      rows: 32, columns: 12, values: Array(values[step * 384..<(step + 1) * 384]))
  }

  @Test func severalStepsMatchALoopInPyTorch() throws {
    let reference = try Reference("training")
    let trainer = try TopKTrainer(
      options: Self.loopOptions(), start: try reference.parameters("loop.start"),
      compute: Reference.compute)
    let log = try reference.matrix("loop.log")
    for step in 0..<10 {
      let progress = try trainer.step(try batch(step, reference))
      let found = [
        progress.fvu, progress.auxiliary, Double(progress.dead), progress.gradientNorm,
        progress.l0,
      ]
      for (column, value) in found.enumerated() {
        #expect(abs(value - Double(log[step, column])) < 2e-5, "step \(step), column \(column)")
      }
      if step == 0 { try expect(trainer, "loop.first", within: 1e-5) }
    }
    try expect(trainer, "loop.end", within: 1e-5)
    let sinceFired = try reference.file.floats("loop.sinceFired")
    #expect(trainer.tokensSinceFired.map(Float.init) == sinceFired)
  }

  private func expect(_ trainer: TopKTrainer, _ name: String, within bound: Float) throws {
    let expected = try Reference("training").parameters(name)
    let found = trainer.parameters
    #expect(found.encoder.relativeError(to: expected.encoder) < bound)
    #expect(found.encoderBias.relativeError(to: expected.encoderBias) < bound)
    #expect(found.decoder.relativeError(to: expected.decoder) < bound)
    #expect(found.decoderBias.relativeError(to: expected.decoderBias) < bound)
  }

  @Test func adamTakesTheStepsOfPyTorch() throws {
    let reference = try Reference("training")
    let gradients = try reference.matrix("adam.gradients")
    // The 77 values stand in the encoder of an autoencoder of 7 latents of width 11.
    var parameters = AutoencoderParameters(latentCount: 7, inputSize: 11)
    func shaped(_ values: [Float]) -> Matrix { Matrix(rows: 7, columns: 11, values: values) }
    parameters.encoder = shaped(try reference.file.floats("adam.0"))
    var adam = AdamOptimizer(latentCount: 7, inputSize: 11)
    for step in 1...2 {
      var gradient = AutoencoderParameters(latentCount: 7, inputSize: 11)
      gradient.encoder = shaped(gradients.row(step - 1))
      adam.update(
        &parameters, gradients: gradient, learningRate: 0.01, team: Reference.compute.team)
      let expected = shaped(try reference.file.floats("adam.\(step)"))
      #expect(parameters.encoder.relativeError(to: expected) < 3e-7)
      #expect(parameters.decoder.maxMagnitude == 0)
    }
  }

  @Test func startsFromTheGeometricMedian() throws {
    let reference = try Reference("training")
    let options = try TrainerOptions(
      inputSize: 12, latentCount: 40, k: 4, steps: 1, learningRate: 0, seed: 3)
    let trainer = try TopKTrainer(options: options, compute: Reference.compute)
    _ = try trainer.step(try batch(0, reference))
    let expected = try reference.matrix("median")
    #expect(trainer.parameters.decoderBias.relativeError(to: expected) < 1e-6)
  }

  @Test func rowsThatAreAllTheSameButOneHaveAMedian() throws {
    let options = try TrainerOptions(
      inputSize: 2, latentCount: 4, k: 1, steps: 1, learningRate: 0)
    let trainer = try TopKTrainer(options: options, compute: Reference.compute)
    let x = Matrix(rows: 4, columns: 2, values: [1, 2, 1, 2, 1, 2, 9, -4])
    _ = try trainer.step(x)
    #expect(
      (trainer.parameters.decoderBias - Matrix(rows: 1, columns: 2, values: [1, 2]))
        .maxMagnitude < 1e-5)
  }

  @Test func learningRateRisesAndFallsLinearly() throws {
    let options = try Self.loopOptions()
    #expect(abs(options.learningRate(atStep: 0) - 2e-3 / 3) < 1e-12)
    #expect(options.learningRate(atStep: 2) == 2e-3)
    #expect(options.learningRate(atStep: 3) == 2e-3)
    #expect(abs(options.learningRate(atStep: 9) - 2e-3 / 7) < 1e-12)
    #expect(options.learningRate(atStep: 10) == 0)
    let plain = try TrainerOptions(inputSize: 8, latentCount: 1 << 16, k: 4, steps: 5_000)
    #expect(abs(plain.learningRate - 1e-4) < 1e-15)
  }

  @Test func decoderRowsStayAtUnitNorm() throws {
    let reference = try Reference("training")
    let trainer = try TopKTrainer(options: Self.loopOptions(), compute: Reference.compute)
    for step in 0..<4 { _ = try trainer.step(try batch(step, reference)) }
    for latent in 0..<40 {
      let row = trainer.parameters.decoder.row(latent)
      #expect(abs(row.reduce(0) { $0 + $1 * $1 } - 1) < 1e-6)
    }
  }

  @Test func aResumedRunEqualsAnUnbrokenOne() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/run.safetensors"
    let data = ToyActivations(rows: 300, width: 12, directions: 20, seed: 5).rows
    let source = try MatrixActivationSource(data, batchSize: 64, seed: 9)
    let options = try TrainerOptions(
      inputSize: 12, latentCount: 40, k: 3, steps: 12, learningRate: 1e-2, warmUpSteps: 2,
      deadAfterTokens: 130, seed: 4)

    var whole = source
    let unbroken = try TopKTrainer(options: options, compute: Reference.compute)
    try unbroken.train(from: &whole)

    var first = source
    let broken = try TopKTrainer(options: options, compute: Reference.compute)
    let steps = Counter()
    #expect(throws: CancellationError.self) {
      try broken.train(from: &first, cancellation: Cancellation { steps.next() > 7 })
    }
    #expect(broken.step == 7)
    try broken.saveCheckpoint(to: path, position: first.position)
    let (resumed, position) = try TopKTrainer.resume(from: path, compute: Reference.compute)
    #expect(resumed.options == options)
    var second = source
    try second.move(to: position)
    try resumed.train(from: &second)

    #expect(resumed.step == 12)
    #expect(resumed.parameters == unbroken.parameters)
    #expect(resumed.optimizer == unbroken.optimizer)
    #expect(resumed.tokensSinceFired == unbroken.tokensSinceFired)
    #expect(second.position == whole.position)
  }

  @Test func aSpoiledCheckpointIsRefused() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/run.safetensors"
    let trainer = try TopKTrainer(options: Self.loopOptions(), compute: Reference.compute)
    try trainer.saveCheckpoint(to: path, position: [])
    let whole = try Data(contentsOf: URL(filePath: path))
    let text = String(decoding: whole.prefix(1_200), as: UTF8.self)
    #expect(text.contains(#"\"steps\":10"#))
    func refuse(_ data: Data) throws {
      try data.write(to: URL(filePath: path))
      #expect(throws: AutoencoderError.self) {
        try TopKTrainer.resume(from: path, compute: Reference.compute)
      }
    }
    try refuse(whole.dropLast(3))
    try refuse(Data())
    // The state is JSON in a JSON string, so its quotes are escaped; lengths stay as they are.
    for (old, new) in [
      (#"\"steps\":10"#, #"\"steps\":-1"#), (#"\"latents\":40"#, #"\"latents\":41"#),
      (#"\"k\":4"#, #"\"k\":0"#), (#""trainer":"#, #""trained":"#),
      (#"\"warmUpSteps\":3"#, #"\"warmUpSteps\":x"#),
    ] {
      let range = try #require(whole.range(of: Data(old.utf8)))
      var data = whole
      data.replaceSubrange(range, with: Data(new.utf8))
      try refuse(data)
    }
    #expect(throws: AutoencoderError.self) {
      try TopKTrainer.resume(from: folder.path, compute: Reference.compute)
    }
  }

  @Test(arguments: [ScalarType.float32, .float16, .bfloat16])
  func whatItWritesIsReadable(type: ScalarType) throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/new/model.layers.5"
    let reference = try Reference("training")
    let trainer = try TopKTrainer(options: Self.loopOptions(), compute: Reference.compute)
    for step in 0..<3 {
      _ = try trainer.step(try batch(step, reference))
      try trainer.writeAutoencoder(to: path, as: type)
    }
    let read = try SparseAutoencoder(path: folder.path + "/new", compute: Reference.compute)
    #expect(read.site == "resid_post.5")
    #expect(read.configuration == (try trainer.configuration()))
    #expect(read.decoder.type == type)
    let bound: Float = type == .float32 ? 0 : type == .float16 ? 0x1p-11 : 0x1p-8
    #expect(read.encoder.floats().relativeError(to: trainer.parameters.encoder) <= bound)
    #expect(read.decoder.floats().relativeError(to: trainer.parameters.decoder) <= bound)
    let left = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/new")
    #expect(left == ["model.layers.5"], "nothing temporary stays")
    if type == .float32 {
      let x = try batch(1, reference)
      #expect(try read.encode(x) == trainer.autoencoder().encode(x))
    }
  }

  @Test func otherPeoplesFoldersAreLeftAlone() throws {
    let folder = try TemporaryFolder()
    let path = try folder.copyAutoencoder()
    try Data("mine".utf8).write(to: URL(filePath: path + "/notes.txt"))
    let trainer = try TopKTrainer(options: Self.loopOptions(), compute: Reference.compute)
    #expect(throws: AutoencoderError.self) { try trainer.writeAutoencoder(to: path) }
    #expect(throws: AutoencoderError.self) {
      try trainer.writeAutoencoder(to: path + "/notes.txt")
    }
    #expect(throws: AutoencoderError.self) { try trainer.writeAutoencoder(to: "/proc/none/sae") }
    #expect(try FileManager.default.contentsOfDirectory(atPath: path).count == 3)
  }

  @Test func refusesBatchesThatDoNotFit() throws {
    let trainer = try TopKTrainer(options: Self.loopOptions(), compute: Reference.compute)
    #expect(throws: AutoencoderError.self) { try trainer.step(Matrix(rows: 4, columns: 11)) }
    #expect(throws: AutoencoderError.self) { try trainer.step(Matrix(rows: 0, columns: 12)) }
    #expect(throws: AutoencoderError.self) { try trainer.step(Matrix(rows: 4, columns: 12)) }
    var x = Matrix(rows: 4, columns: 12)
    x[2, 2] = .nan
    #expect(throws: AutoencoderError.self) { try trainer.step(x) }
    #expect(trainer.step == 0)
  }

  @Test func refusesOptionsThatMakeNoSense() {
    for (latents, k, steps, rate) in [
      (0, 1, 1, 0.1), (4, 5, 1, 0.1), (4, 0, 1, 0.1), (4, 1, 0, 0.1), (4, 1, 1, -0.1),
      (4, 1, 1, .nan), (4, 1, 1, .infinity), (.max, 1, 1, 0.1),
    ] {
      #expect(throws: AutoencoderError.self) {
        try TrainerOptions(
          inputSize: 4, latentCount: latents, k: k, steps: steps, learningRate: rate)
      }
    }
  }

  @Test func recoversKnownDirections() throws {
    let toy = ToyActivations(rows: 8_192, width: 32, directions: 48, seed: 1)
    var source = try MatrixActivationSource(toy.rows, batchSize: 512, seed: 2)
    let options = try TrainerOptions(
      inputSize: 32, latentCount: 128, k: 4, steps: 800, learningRate: 4e-3, warmUpSteps: 40,
      deadAfterTokens: 8_000, seed: 3)
    let trainer = try TopKTrainer(options: options, compute: Reference.compute)
    var last: TrainingProgress?
    try trainer.train(from: &source) { last = $0 }
    let cosines = product(
      toy.directions, trainer.parameters.decoder, transposeB: true)
    let best = (0..<48).map { cosines.row($0).max() ?? 0 }
    let found = best.count { $0 > 0.9 }
    print("toy: \(found) of 48 directions, FVU \(last?.fvu ?? -1), dead \(last?.dead ?? -1)")
    #expect(found >= 40)
    #expect((last?.fvu ?? 1) < 0.1)
  }
}

/// Counts its calls.
private final class Counter: @unchecked Sendable {
  private var count = 0
  func next() -> Int {
    count += 1
    return count
  }
}

/// Sparse non-negative mixtures of known unit directions, with a little noise.
struct ToyActivations {
  let rows: Matrix
  let directions: Matrix

  init(rows count: Int, width: Int, directions number: Int, seed: UInt64, active: Int = 3) {
    var state = seed
    func unit() -> Float {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Float(state >> 40) * 0x1p-24
    }
    func normal() -> Float {
      (-2 * log(max(unit(), 1e-7))).squareRoot() * cos(2 * .pi * unit())
    }
    var directions = Matrix(rows: number, columns: width)
    for row in 0..<number {
      let values = (0..<width).map { _ in normal() }
      let norm = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
      directions.setRow(row, values.map { $0 / norm })
    }
    var codes = Matrix(rows: count, columns: number)
    for row in 0..<count {
      for _ in 0..<active { codes[row, Int(unit() * Float(number))] = 0.5 + unit() * 1.5 }
    }
    let noise = (0..<count * width).map { _ in normal() * 0.02 + 0.3 }
    self.directions = directions
    rows =
      product(codes, directions) + Matrix(rows: count, columns: width, values: noise)
  }
}
