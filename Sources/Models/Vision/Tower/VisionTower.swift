import Checkpoints
import Tensors

/// The CLIP vision transformer, up to the last layer whose output is asked for.
///
/// p patch size, g = image size / p patches a side (a remainder is ignored, as by the convolution),
/// P = g² + 1 tokens, h width. Follows `CLIPVisionTransformer` of transformers 5.23.
struct VisionTower: Sendable {
  let configuration: VisionConfiguration
  let patch: Linear  // embeddings.patch_embedding [h, 3·p·p], no bias
  let classEmbedding: [Float]  // embeddings.class_embedding [h]
  let positions: Matrix  // embeddings.position_embedding [P, h]
  let inputNorm: LayerNorm  // pre_layrnorm, misspelt in the files
  let layers: [EncoderLayer]  // encoder.layers.N
  /// Which hidden states to give, in the order asked for: 0 the embeddings, n the output of layer
  /// n − 1. The layers after the last of them are not even loaded.
  let featureStates: [Int]

  init(
    _ model: VisionConfiguration, featureStates states: [Int], weights: WeightScope,
    compute: Compute
  ) throws {
    let (h, p) = (model.hiddenSize, model.patchSize)
    configuration = model
    featureStates = states
    let embeddings = weights["embeddings"]
    patch = Linear(
      try embeddings.matrix("patch_embedding.weight", rows: h, columns: 3 * p * p), bias: nil,
      compute: compute)
    classEmbedding = try embeddings.vector("class_embedding", count: h)
    try embeddings.requireFinite("position_embedding.weight")
    positions = try embeddings.matrix(
      "position_embedding.weight", rows: model.patchCount + 1, columns: h
    ).floats()
    inputNorm = try LayerNorm("pre_layrnorm", model.layer, weights: weights, compute: compute)
    layers = try (0..<(featureStates.max() ?? 0)).map {
      try EncoderLayer(model.layer, weights: weights["encoder.layers.\($0)"], compute: compute)
    }
  }

  /// One tile's pixels `[3, size, size]`, normalised → the hidden states of every feature layer
  /// side by side, the class token included, `[P, h · layers]`.
  func callAsFunction(_ pixels: [Float], cancellation: Cancellation) throws -> Matrix {
    var x = inputNorm(embed(pixels))
    var states = [Int: Matrix]()
    if featureStates.contains(0) { states[0] = x }
    for (index, layer) in layers.enumerated() {
      try cancellation.check()
      x = layer(x)
      if featureStates.contains(index + 1) { states[index + 1] = x }
    }
    return Matrix(sideBySide: featureStates.compactMap { states[$0] })
  }

  /// Patches row by row as `[g², 3·p·p]`, each channel after channel, through the convolution; the
  /// class token in front; positions added: `[P, h]`.
  private func embed(_ pixels: [Float]) -> Matrix {
    let (size, p, g) = (configuration.imageSize, configuration.patchSize, configuration.gridSize)
    precondition(pixels.count == 3 * size * size, "a tile of another size")
    var patches = Matrix(rows: g * g, columns: 3 * p * p)
    for row in 0..<g * g {
      var values: [Float] = []
      values.reserveCapacity(3 * p * p)
      for line in 0..<3 * p {
        let (channel, y) = (line / p, row / g * p + line % p)
        let start = (channel * size + y) * size + row % g * p
        values.append(contentsOf: pixels[start..<start + p])
      }
      patches.setRow(row, values)
    }
    var tokens = Matrix(rows: g * g + 1, columns: configuration.hiddenSize)
    tokens.setRow(0, classEmbedding)
    tokens.replace(rows: 1..<g * g + 1, with: patch(patches))
    return tokens + positions
  }
}

extension Matrix {
  /// Matrices of equal height, one right of the other.
  init(sideBySide parts: [Matrix]) {
    if parts.count == 1 {
      self = parts[0]
      return
    }
    self.init(rows: parts.first?.rows ?? 0, columns: parts.reduce(0) { $0 + $1.columns })
    for row in 0..<rows { setRow(row, parts.flatMap { $0.row(row) }) }
  }
}
