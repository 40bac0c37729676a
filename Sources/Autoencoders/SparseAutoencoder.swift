import Checkpoints
package import Tensors

/// A sparse autoencoder: z = TopK(ReLU(W_enc(x − b_dec) + b_enc)), x̂ = z·W_dec + b_dec, or one
/// whose latents are each judged by itself (ReLU, JumpReLU), whose values keep their sign, that
/// leaves b_dec on its input, or that normalises its input. A transcoder is one whose x̂ is to be
/// another tensor y than x, of its own width, and may add x·W_skipᵀ to it.
///
/// The weights stay in the file's type and place. Every value is that of float32 products, whatever
/// precision the model runs in: rounding would reorder latents that are nearly equal. In bfloat16
/// rounded products only find the latents that may be active, which can take a copy of the encoder
/// in memory where the file is not BF16.
package final class SparseAutoencoder: Sendable {
  package let configuration: AutoencoderConfiguration
  /// Where it was read from; nil for one made in memory.
  package let folder: AutoencoderFolder?
  /// W_enc [M, D].
  package let encoder: WeightMatrix
  /// b_enc [M].
  package let encoderBias: [Float]
  /// W_dec [M, D_out]: row j is the direction of latent j in what is reconstructed.
  package let decoder: WeightMatrix
  /// b_dec [D_out], added after decoding.
  package let decoderBias: [Float]
  /// W_skip [D_out, D], which takes the input itself to the reconstruction; nil for none.
  package let skip: WeightMatrix?
  /// Which latents are active.
  package let activation: LatentActivation
  /// Whether b_dec is taken off the input before encoding.
  package let subtractsDecoderBias: Bool
  /// What is done to a row before it is encoded.
  package let normalisation: InputNormalisation
  /// Whether that is undone in the row's reconstruction; what a transcoder makes may be another
  /// tensor, in its own scale.
  package let undoesNormalisation: Bool
  /// The place that its configuration or its folder is named for, if it is.
  package let stated: StatedSite?
  /// What a reader took from elsewhere than the numbers of the files, in sentences for people.
  package let notes: [String]
  /// What each latent has to exceed, [M]; nil for top-k.
  let thresholds: [Float]?
  /// Another engine that holds the weights and makes codes, decodes and scores; nil for this
  /// process's own products.
  let latents: (any LatentOperators)?
  /// For values: float32.
  let compute: Compute
  /// For the search for active latents, in rounded products; nil where all products are float32.
  let searchCompute: Compute?
  /// To what that rounds.
  let rounding: RoundedWeights.Rounding
  let roundedEncoder = RoundedEncoder()

  /// The site that its files say it reads (`resid_post.24`), if they do.
  package var site: String? { stated?.site }
  /// M, the number of latents.
  package var latentCount: Int { configuration.latentCount }
  /// The number of latents that may be active at a token: M where each is judged by itself.
  package var k: Int { configuration.k }
  /// D, the width of what it reads.
  package var inputSize: Int { configuration.inputSize }
  /// D_out, the width of what it reconstructs.
  package var outputSize: Int { decoder.columns }
  /// The name of the format that it was read from; nil for one made in memory.
  package var format: String? { folder?.format.name }
  /// The bytes that the weights take in the file.
  package var byteCount: Int {
    matrices.reduce(4 * (encoderBias.count + decoderBias.count)) { $0 + $1.byteCount }
  }

  private var matrices: [WeightMatrix] { [encoder, decoder] + (skip.map { [$0] } ?? []) }

  /// Of them, the bytes that lie in this process's memory rather than in a mapped file.
  package var memoryBytes: Int {
    matrices.reduce(0) { $0 + ($1.isMapped ? 0 : $1.byteCount) }
  }

  /// The bytes of the encoder's copy in bfloat16, which the first encoding makes where products
  /// read one, and of its norms; 0 where all products are float32.
  package var searchBytes: Int {
    guard latents == nil, searchCompute != nil else { return 0 }
    return RoundedWeights.byteCount(of: encoder, to: rounding)
  }

  /// Opens an autoencoder of any of `AutoencoderFormats`, or one of the layers in a folder.
  /// - Parameters:
  ///   - path: the layer folder, the parent of layer folders or of layers' files, or such a file.
  ///   - layer: which of several: the folder's name, or any name of its site. Given, it overrides
  ///     what the files say of the site, which otherwise must be one.
  ///   - options: what the files leave open.
  ///   - compute: its precision is that of the search for active latents; codes are the same.
  ///   - memory: bytes that weights may take which cannot be read where they lie.
  package convenience init(
    path: String, layer: String? = nil, options: AutoencoderOptions = AutoencoderOptions(),
    compute: Compute, memory: Int = .max
  ) throws(AutoencoderError) {
    let folder = try AutoencoderFolder(path: path, layer: layer, options: options)
    try self.init(parts: try folder.parts(memory: memory), folder: folder, compute: compute)
  }

  private convenience init(
    parts: AutoencoderParts, folder: AutoencoderFolder, compute: Compute
  ) throws(AutoencoderError) {
    try self.init(
      configuration: try AutoencoderConfiguration(
        inputSize: parts.inputSize, latentCount: parts.latentCount,
        k: parts.activation.k ?? parts.latentCount),
      folder: folder, encoder: parts.encoder, encoderBias: parts.encoderBias,
      decoder: parts.decoder, decoderBias: parts.decoderBias, skip: parts.skip,
      activation: parts.activation,
      subtractsDecoderBias: parts.subtractsDecoderBias, normalisation: parts.normalisation,
      undoesNormalisation: parts.undoesNormalisation, stated: parts.stated, notes: parts.notes,
      compute: compute)
  }

  /// An autoencoder of weights at hand: `encoder` [M, D], `decoder` [M, D_out], biases [M] and
  /// [D_out], `skip` [D_out, D].
  package init(
    configuration: AutoencoderConfiguration, folder: AutoencoderFolder? = nil,
    encoder: WeightMatrix, encoderBias: [Float], decoder: WeightMatrix, decoderBias: [Float],
    skip: WeightMatrix? = nil, activation: LatentActivation? = nil,
    subtractsDecoderBias: Bool = true,
    normalisation: InputNormalisation = .none, undoesNormalisation: Bool = true,
    stated: StatedSite? = nil, notes: [String] = [], latents: (any LatentOperators)? = nil,
    compute: Compute, rounding: RoundedWeights.Rounding? = nil
  ) throws(AutoencoderError) {
    let activation = activation ?? .topK(configuration.k)
    let thresholds = activation.thresholds(latentCount: configuration.latentCount)
    for (what, found, expected) in [
      ("the number of rows of the encoder", encoder.rows, configuration.latentCount),
      ("the width of the encoder", encoder.columns, configuration.inputSize),
      ("the length of the encoder's bias", encoderBias.count, configuration.latentCount),
      ("the number of rows of the decoder", decoder.rows, configuration.latentCount),
      (
        "the width of the decoder", decoder.columns,
        subtractsDecoderBias || normalisation != .none && undoesNormalisation
          ? configuration.inputSize : decoder.columns
      ),
      ("the length of the decoder's bias", decoderBias.count, decoder.columns),
      ("the number of rows of the skip connection", skip?.rows ?? decoder.columns, decoder.columns),
      (
        "the width of the skip connection", skip?.columns ?? configuration.inputSize,
        configuration.inputSize
      ),
      (
        "the number of thresholds", thresholds?.count ?? configuration.latentCount,
        configuration.latentCount
      ),
    ] where found != expected {
      throw .mismatch(what: what, found: found, expected: expected)
    }
    self.configuration = configuration
    self.folder = folder
    self.encoder = encoder
    self.encoderBias = encoderBias
    self.decoder = decoder
    self.decoderBias = decoderBias
    self.skip = skip
    self.activation = activation
    self.thresholds = thresholds
    self.subtractsDecoderBias = subtractsDecoderBias
    self.normalisation = normalisation
    self.undoesNormalisation = undoesNormalisation
    self.stated = stated ?? folder?.stated
    self.notes = notes
    self.latents = latents
    self.compute = Compute(team: compute.team, precision: .float32, path: compute.path)
    // Of signed activations too many are large to be told apart.
    searchCompute = compute.precision == .bfloat16 && !activation.isSigned ? compute : nil
    self.rounding = rounding ?? .fastest(on: compute.path)
  }

  /// The same weights with other products, of which those that search round in another way.
  package func with(
    compute: Compute, rounding: RoundedWeights.Rounding? = nil
  ) throws(AutoencoderError) -> SparseAutoencoder {
    try with(latents: latents, compute: compute, rounding: rounding)
  }

  /// The same weights, of whose encoder the search keeps no rounded copy; nil where it keeps none
  /// in any case.
  package func withoutCopy() throws(AutoencoderError) -> SparseAutoencoder? {
    guard let searchCompute, rounding == .bfloat16, encoder.type != .bfloat16 else { return nil }
    return try with(compute: searchCompute, rounding: .bfloat16AsRead)
  }

  /// The same weights, whose products another engine makes that holds them, too; nil for this
  /// process's own.
  package func with(
    latents: (any LatentOperators)?
  ) throws(AutoencoderError) -> SparseAutoencoder {
    try with(latents: latents, compute: searchCompute ?? compute, rounding: rounding)
  }

  private func with(
    latents: (any LatentOperators)?, compute: Compute, rounding: RoundedWeights.Rounding?
  ) throws(AutoencoderError) -> SparseAutoencoder {
    try SparseAutoencoder(
      configuration: configuration, folder: folder, encoder: encoder, encoderBias: encoderBias,
      decoder: decoder, decoderBias: decoderBias, skip: skip, activation: activation,
      subtractsDecoderBias: subtractsDecoderBias, normalisation: normalisation,
      undoesNormalisation: undoesNormalisation, stated: stated, notes: notes, latents: latents,
      compute: compute, rounding: rounding)
  }

  /// The decoder rows (directions) of some latents, [wanted.count, D_out].
  package func decoderRows(_ wanted: [Int]) throws(AutoencoderError) -> Matrix {
    try check(latents: wanted)
    return decoder.gather(rows: wanted)
  }

  /// Refuses what takes activations for amounts: ranks, counts and means of what is active.
  package func requireUnsigned(for use: String) throws(AutoencoderError) {
    guard activation.isSigned else { return }
    throw .signedActivations(activation.name, use: use)
  }

  func check(latents wanted: [Int]) throws(AutoencoderError) {
    for latent in wanted where latent < 0 || latent >= latentCount {
      throw .latentOutOfRange(latent: latent, latentCount: latentCount)
    }
  }

  func check(
    width x: Matrix, _ what: String, _ expected: Int? = nil
  ) throws(AutoencoderError) {
    let expected = expected ?? inputSize
    guard x.columns == expected else {
      throw .mismatch(what: "the width of \(what)", found: x.columns, expected: expected)
    }
  }
}
