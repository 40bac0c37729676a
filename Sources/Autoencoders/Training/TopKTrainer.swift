package import Tensors

/// Trains a TopK autoencoder: FVU and AuxK loss, Adam, decoder rows kept at unit norm.
///
/// The same options, batches and threads give the same weights, bit by bit; so does a run that was
/// interrupted, saved and resumed.
package final class TopKTrainer {
  package let options: TrainerOptions
  /// The weights as they are; decoder rows have unit norm.
  package private(set) var parameters: AutoencoderParameters
  package private(set) var optimizer: AdamOptimizer
  /// Steps made so far.
  package private(set) var step = 0
  /// For each latent, the tokens seen since it was last active, [M].
  package private(set) var tokensSinceFired: [Int]
  private let compute: Compute

  /// - Parameters:
  ///   - start: weights to begin with instead of random ones; b_dec is set by the first batch.
  ///   - compute: lends its threads; products are float32 whatever its precision.
  package init(
    options: TrainerOptions, start: AutoencoderParameters? = nil, compute: Compute
  ) throws(AutoencoderError) {
    self.options = options
    self.compute = Compute(team: compute.team, precision: .float32)
    parameters =
      start
      ?? AutoencoderParameters(
        latentCount: options.latentCount, inputSize: options.inputSize, seed: options.seed)
    guard parameters.latentCount == options.latentCount else {
      throw .mismatch(
        what: "the number of latents at the start", found: parameters.latentCount,
        expected: options.latentCount)
    }
    guard parameters.inputSize == options.inputSize else {
      throw .mismatch(
        what: "the input size at the start", found: parameters.inputSize,
        expected: options.inputSize)
    }
    parameters.decoder.normalizeRows(epsilon: AutoencoderParameters.normEpsilon)
    optimizer = AdamOptimizer(latentCount: options.latentCount, inputSize: options.inputSize)
    tokensSinceFired = [Int](repeating: 0, count: options.latentCount)
  }

  init(
    options: TrainerOptions, parameters: AutoencoderParameters, optimizer: AdamOptimizer,
    step: Int, tokensSinceFired: [Int], compute: Compute
  ) {
    self.options = options
    self.parameters = parameters
    self.optimizer = optimizer
    self.step = step
    self.tokensSinceFired = tokensSinceFired
    self.compute = Compute(team: compute.team, precision: .float32)
  }

  /// Trains until the options' steps are made or the source has no more batches.
  ///
  /// Cancellation is seen between steps, before a batch is taken, so that a trainer saved after it
  /// goes on as if nothing had been.
  package func train(
    from source: inout some ActivationSource, cancellation: Cancellation = .never,
    progress: (TrainingProgress) throws -> Void = { _ in }
  ) throws {
    while step < options.steps {
      try cancellation.check()
      guard let batch = try source.nextBatch() else { return }
      try progress(try self.step(batch))
    }
  }

  /// One step on a batch [B, D], B ≥ 2. The first batch also sets b_dec.
  package func step(_ batch: Matrix) throws(AutoencoderError) -> TrainingProgress {
    guard batch.columns == options.inputSize else {
      throw .mismatch(
        what: "the width of the batch", found: batch.columns, expected: options.inputSize)
    }
    if let place = batch.firstNonFinite() {
      throw .notFinite(what: "the batch", row: place.row, column: place.column)
    }
    let clock = ContinuousClock()
    let begin = clock.now
    if step == 0 {
      parameters.decoderBias = Matrix(
        rows: 1, columns: options.inputSize, values: GeometricMedian.of(batch))
    }
    let dead = deadLatents
    var gradients = AutoencoderParameters(
      latentCount: options.latentCount, inputSize: options.inputSize)
    let loss = try AutoencoderLoss(
      parameters, batch, k: options.k, dead: dead, auxiliaryWeight: options.auxiliaryWeight,
      gradients: &gradients, compute: compute)
    let norm = gradients.norm
    guard norm.isFinite else {
      throw .value(what: "the norm of the gradients", found: "\(norm)", expected: "finite")
    }
    let rate = options.learningRate(atStep: step)
    update(gradients: &gradients, norm: norm, rate: rate)
    for latent in tokensSinceFired.indices {
      tokensSinceFired[latent] = loss.fired[latent] ? 0 : tokensSinceFired[latent] + batch.rows
    }
    step += 1
    let seconds = (clock.now - begin) / .seconds(1)
    return TrainingProgress(
      step: step, fvu: loss.fvu, auxiliary: loss.auxiliary, l0: loss.l0, dead: dead.count,
      learningRate: rate, gradientNorm: norm,
      tokensPerSecond: Double(batch.rows) / max(seconds, 1e-9))
  }

  /// Latents that have not been active for longer than the options allow, in order.
  package var deadLatents: [Int] {
    tokensSinceFired.indices.filter { tokensSinceFired[$0] > options.deadAfterTokens }
  }

  /// The autoencoder as it is now.
  package func autoencoder() throws(AutoencoderError) -> SparseAutoencoder {
    try SparseAutoencoder(
      configuration: configuration(), encoder: WeightMatrix(parameters.encoder),
      encoderBias: parameters.encoderBias.values, decoder: WeightMatrix(parameters.decoder),
      decoderBias: parameters.decoderBias.values, compute: compute)
  }

  package func configuration() throws(AutoencoderError) -> AutoencoderConfiguration {
    try AutoencoderConfiguration(
      inputSize: options.inputSize, latentCount: options.latentCount, k: options.k)
  }

  private func update(gradients: inout AutoencoderParameters, norm: Double, rate: Double) {
    // PyTorch's clip_grad_norm_ adds 1e-6 to the norm and never scales up.
    let scale = min(1, options.largestGradientNorm / (norm + 1e-6))
    gradients.decoder.removeComponents(
      alongRowsOf: parameters.decoder, team: compute.team)
    optimizer.update(
      &parameters, gradients: gradients, gradientScale: Float(scale), learningRate: rate,
      team: compute.team)
    parameters.decoder.normalizeRows(
      epsilon: AutoencoderParameters.normEpsilon, team: compute.team)
  }
}
