import Checkpoints
import Tensors

/// What stands in front of a tower's first layer: patches through a convolution, in CLIP a class
/// token before them, learned positions, in CLIP a norm.
///
/// p patch size, g = image size / p patches a side (a remainder is ignored, as by the convolution),
/// P = g² tokens, one more with a class token, h width. All of it runs on the processor, whatever
/// the layers run on: it is a hundredth of a tower's work. Follows `CLIPVisionEmbeddings` and
/// `SiglipVisionEmbeddings` of transformers 5.24.
struct PatchEmbedding: Sendable {
  let configuration: VisionConfiguration
  let patch: Linear  // embeddings.patch_embedding [h, 3·p·p], in SigLIP with a bias
  let classEmbedding: [Float]?  // embeddings.class_embedding [h], CLIP
  let positions: Matrix  // embeddings.position_embedding [P, h]
  let norm: LayerNorm<HostOperators>?  // pre_layrnorm, misspelt in the files, CLIP

  init(_ model: VisionConfiguration, weights: WeightScope, compute: Compute) throws {
    let (h, p, isCLIP) = (model.hiddenSize, model.patchSize, model.kind == .clip)
    configuration = model
    let embeddings = weights["embeddings"]
    patch = Linear(
      try embeddings.matrix("patch_embedding.weight", rows: h, columns: 3 * p * p),
      bias: isCLIP ? nil : try embeddings.vector("patch_embedding.bias", count: h),
      compute: compute)
    classEmbedding = isCLIP ? try embeddings.vector("class_embedding", count: h) : nil
    try embeddings.requireFinite("position_embedding.weight")
    positions = try embeddings.matrix(
      "position_embedding.weight", rows: model.patchCount + model.classTokenCount, columns: h
    ).floats()
    norm =
      isCLIP
      ? try LayerNorm(
        "pre_layrnorm", model.layer, weights: weights, engine: HostOperators(compute)) : nil
  }

  /// One tile's pixels `[3, size, size]`, normalised → the residual stream before the first layer,
  /// `[P, h]`.
  func callAsFunction(_ pixels: [Float]) throws -> Matrix {
    let patches = patch(patches(of: pixels))
    guard let classEmbedding else { return patches + positions }
    var tokens = Matrix(rows: patches.rows + 1, columns: patches.columns)
    tokens.setRow(0, classEmbedding)
    tokens.replace(rows: 1..<patches.rows + 1, with: patches)
    let x = tokens + positions
    return try norm?(x) ?? x
  }

  /// Patches row by row, each channel after channel, `[g², 3·p·p]`.
  private func patches(of pixels: [Float]) -> Matrix {
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
    return patches
  }
}
