package import Tensors

/// The training loss of one batch, FVU + weight · AuxK, and its gradients.
///
/// With e = x̂ − x and V = Σ(x − mean)² of the batch, FVU = Σe²/V. AuxK asks the dead latents
/// to reconstruct what the others leave: of their pre-activations the D/2 largest are
/// decoded, without bias, to ê, and AuxK = min(dead / (D/2), 1) · Σ(ê − (x − x̂))²/V, in
/// which x − x̂ counts as given (Gao et al. 2024, section 2.4). The first published trainer
/// had the residual's sign turned.
package struct AutoencoderLoss: Sendable, Equatable {
  package private(set) var fvu = 0.0
  /// AuxK before its weight.
  package private(set) var auxiliary = 0.0
  /// The mean number of active latents of a row.
  package private(set) var l0 = 0.0
  /// Whether each latent was active at some row, [M].
  package private(set) var fired: [Bool]

  /// Elements of [B, M] that are held at once.
  private static let blockElements = 4 << 20

  /// - Parameters:
  ///   - parameters: the autoencoder.
  ///   - x: the batch [B, D]; its rows must not all be equal.
  ///   - k: the number of latents that may be active at a row.
  ///   - dead: the latents that count as dead, in order.
  ///   - auxiliaryWeight: the weight of AuxK; at 0 it is not computed.
  ///   - gradients: what the gradients are added to.
  package init(
    _ parameters: AutoencoderParameters, _ x: Matrix, k: Int, dead: [Int],
    auxiliaryWeight: Double, gradients: inout AutoencoderParameters, compute: Compute
  ) throws(AutoencoderError) {
    fired = [Bool](repeating: false, count: parameters.latentCount)
    let variance = x.totalVariance()
    guard variance > 0, variance.isFinite else {
      throw .value(
        what: "the variance of a batch of \(x.rows) rows", found: "\(variance)",
        expected: "finite and above 0")
    }
    var pass = BackwardPass(
      parameters: parameters, k: k, variance: variance,
      dead: auxiliaryWeight > 0 ? dead : [], auxiliaryWeight: auxiliaryWeight, compute: compute)
    let blockRows = max(1, Self.blockElements / parameters.latentCount)
    for first in stride(from: 0, to: x.rows, by: blockRows) {
      let block = x.slice(rows: first..<min(x.rows, first + blockRows))
      try pass.run(block, gradients: &gradients)
    }
    pass.finish(gradients: &gradients)
    for latent in pass.firedLatents { fired[Int(latent)] = true }
    fvu = pass.squaredError / variance
    auxiliary = pass.auxiliaryScale * pass.auxiliarySquaredError / variance
    l0 = Double(pass.activeCount) / Double(x.rows)
  }
}

/// The forward and backward of one batch, block of rows by block of rows.
///
/// Both decoders are sparse, so every gradient is: dW_dec[j] = Σ_t z_tj G_t, with G the
/// gradient at the reconstruction; δ_tj = W_dec[j]·G_t; dW_enc[j] = Σ_t δ_tj (x_t −
/// b_dec); db_enc[j] = Σ_t δ_tj.
private struct BackwardPass {
  let parameters: AutoencoderParameters
  let k: Int
  let variance: Double
  let dead: [Int]
  let auxiliaryWeight: Double
  let compute: Compute
  let encoder: Linear
  let decoder: WeightMatrix
  let deadEncoder: Linear?
  let auxiliaryScale: Double
  let auxiliaryK: Int
  private(set) var squaredError = 0.0
  private(set) var auxiliarySquaredError = 0.0
  private(set) var activeCount = 0
  private(set) var firedLatents: Set<Int32> = []
  /// db_enc of this batch alone, [M].
  private var encoderBiasGradient: [Float]

  init(
    parameters: AutoencoderParameters, k: Int, variance: Double, dead: [Int],
    auxiliaryWeight: Double, compute: Compute
  ) {
    self.parameters = parameters
    self.k = k
    self.variance = variance
    self.dead = dead
    self.auxiliaryWeight = auxiliaryWeight
    self.compute = compute
    let bias = parameters.encoderBias.values
    let weights = WeightMatrix(parameters.encoder)
    encoder = Linear(weights, bias: bias, compute: compute)
    decoder = WeightMatrix(parameters.decoder)
    let half = max(1, parameters.inputSize / 2)
    auxiliaryScale = min(Double(dead.count) / Double(half), 1)
    auxiliaryK = min(half, dead.count)
    deadEncoder =
      dead.isEmpty
      ? nil
      : Linear(
        WeightMatrix(weights.gather(rows: dead)), bias: dead.map { bias[$0] }, compute: compute)
    encoderBiasGradient = [Float](repeating: 0, count: parameters.latentCount)
  }

  mutating func run(
    _ x: Matrix, gradients: inout AutoencoderParameters
  ) throws(AutoencoderError) {
    let centered = x.subtracting(row: parameters.decoderBias.values)
    var best = RowTopK(rows: x.rows, k: k, columns: parameters.latentCount)
    let preActivations = encoder(centered)
    if let place = preActivations.firstNonFinite() {
      throw .notFinite(what: "the pre-activation", row: place.row, column: place.column)
    }
    best.merge(preActivations, firstColumn: 0, positiveOnly: true, team: compute.team)
    let code = SparseCode(best, latentCount: parameters.latentCount)
    let reconstruction = sparseProduct(
      code.matrix(), decoder, bias: parameters.decoderBias.values, team: compute.team)
    let error = reconstruction - x
    squaredError += error.sumOfSquares()
    activeCount += code.activeCount
    firedLatents.formUnion(code.indices)
    let outputGradient = error.scaled(by: Float(2 / variance))
    add(code, outputGradient, centered, to: &gradients)
    let ones = Matrix(
      rows: 1, columns: x.rows, values: [Float](repeating: 1, count: x.rows))
    gradients.decoderBias += product(ones, outputGradient)
    addAuxiliary(centered, error, to: &gradients)
  }

  /// AuxK of the block: the dead latents' reconstruction ê of −error.
  private mutating func addAuxiliary(
    _ centered: Matrix, _ error: Matrix, to gradients: inout AutoencoderParameters
  ) {
    guard let deadEncoder else { return }
    var best = RowTopK(rows: centered.rows, k: auxiliaryK, columns: dead.count)
    best.merge(
      deadEncoder(centered), firstColumn: 0, positiveOnly: true, team: compute.team)
    var code = SparseCode(latentCount: parameters.latentCount)
    for row in 0..<best.rows {
      let (places, values) = best.row(row)
      code.appendSorted(indices: places.map { Int32(dead[Int($0)]) }, values: values)
    }
    let difference = sparseProduct(code.matrix(), decoder, team: compute.team) + error
    auxiliarySquaredError += difference.sumOfSquares()
    let factor = auxiliaryWeight * auxiliaryScale * 2 / variance
    add(code, difference.scaled(by: Float(factor)), centered, to: &gradients)
  }

  /// The gradients of W_dec, W_enc and b_enc through one code.
  private mutating func add(
    _ code: SparseCode, _ outputGradient: Matrix, _ centered: Matrix,
    to gradients: inout AutoencoderParameters
  ) {
    let z = code.matrix()
    gradients.decoder.add(
      z.transposed(), times: WeightMatrix(outputGradient), team: compute.team)
    let codeGradient = sparseProductPullback(
      z, decoder, outputGradient: outputGradient, team: compute.team)
    gradients.encoder.add(
      code.matrix(values: codeGradient).transposed(), times: WeightMatrix(centered),
      team: compute.team)
    for (latent, gradient) in zip(code.indices, codeGradient) {
      encoderBiasGradient[Int(latent)] += gradient
    }
  }

  /// b_dec is subtracted before the encoder: its gradient there is −db_enc · W_enc.
  func finish(gradients: inout AutoencoderParameters) {
    let bias = Matrix(rows: 1, columns: encoderBiasGradient.count, values: encoderBiasGradient)
    gradients.encoderBias += bias
    gradients.decoderBias += product(bias, parameters.encoder).scaled(by: -1)
  }
}
