package import Checkpoints
package import Tensors

/// A vision transformer, CLIP's or SigLIP's, up to the last layer whose output is asked for.
///
/// P tokens of one tile, the class token included where there is one, h width. The layers are run
/// by ranges: between two of them x `[P, h]` is the residual stream. Follows
/// `CLIPVisionTransformer` and `SiglipVisionTransformer` of transformers 5.24.
package struct VisionTower: Sendable {
  package let configuration: VisionConfiguration
  let embedding: PatchEmbedding
  let layers: any TowerLayers
  package let output: TowerOutput

  /// Layers behind the last that `output` needs are not even loaded.
  package init(
    _ model: VisionConfiguration, output: TowerOutput, weights: WeightScope, compute: Compute,
    engine: some Operators
  ) throws {
    configuration = model
    self.output = output
    embedding = try PatchEmbedding(model, weights: weights, compute: compute)
    layers = try EngineTowerLayers(model, output: output, weights: weights, engine: engine)
  }

  /// One tile's pixels `[3, size, size]`, normalised → its features `[P, h]`, the class token
  /// included; those of several states side by side, `[P, h · states]`.
  package func callAsFunction(_ pixels: [Float], cancellation: Cancellation) throws -> Matrix {
    var x = try embedding(pixels)
    guard case .states(let wanted) = output else {
      x = try run(x, layers: 0..<layers.count, cancellation: cancellation)
      return try layers.normed(x)
    }
    var states = [Int: Matrix]()
    var depth = 0
    for state in Set(wanted).sorted() {
      x = try run(x, layers: depth..<state, cancellation: cancellation)
      (states[state], depth) = (x, state)
    }
    return Matrix(sideBySide: wanted.compactMap { states[$0] })
  }

  /// The residual stream x `[P, h]` from before the first of `range` to behind its last.
  func run(_ x: Matrix, layers range: Range<Int>, cancellation: Cancellation) throws -> Matrix {
    try layers.run(x, layers: range, cancellation: cancellation)
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

  /// Some of the columns of every row.
  func columns(_ range: Range<Int>) -> Matrix {
    var result = Matrix(rows: rows, columns: range.count)
    for index in 0..<rows { result.setRow(index, Array(row(index)[range])) }
    return result
  }
}
