/// This module's operators on the processor: what every other engine is held to.
package struct HostOperators: Operators {
  package let compute: Compute

  package init(_ compute: Compute) { self.compute = compute }

  package var roundsProducts: Bool { compute.precision != .float32 }

  package func rows(_ matrix: Matrix) -> Matrix { matrix }
  package func matrix(_ rows: Matrix) -> Matrix { rows }
  package func vector(_ values: [Float]) -> [Float] { values }
  package func noKeys(columns: Int) -> Matrix { Matrix(rows: 0, columns: columns) }
  package func linear(_ weight: WeightMatrix, bias: [Float]?) -> Linear {
    Linear(weight, bias: bias, compute: compute)
  }

  package func sum(_ a: Matrix, _ b: Matrix) -> Matrix { a + b }
  package func difference(_ a: Matrix, _ b: Matrix) -> Matrix { a - b }
  package func add(_ other: Matrix, to rows: inout Matrix, atRow row: Int) {
    rows.add(other, atRow: row)
  }
  package func scaled(_ x: Matrix, columnsBy factors: [Float]) -> Matrix {
    var result = x
    for row in 0..<x.rows { result.setRow(row, zip(x.row(row), factors).map { $0 * $1 }) }
    return result
  }
  package func stacked(_ parts: [Matrix]) -> Matrix { Matrix(stacking: parts) }
  package func rounded(_ x: Matrix) -> RoundedMatrix { RoundedMatrix(x) }
  package func floats(_ x: RoundedMatrix, rows: Range<Int>) -> Matrix { x.floats(rows: rows) }
  package func stacked(_ parts: [RoundedMatrix]) -> RoundedMatrix {
    RoundedMatrix(stacking: parts)
  }

  package func rmsNorm(_ x: Matrix, weight: [Float], epsilon: Float) -> Matrix {
    Tensors.rmsNorm(x, weight: weight, epsilon: epsilon, team: compute.team)
  }
  package func rmsNormPullback(
    _ x: Matrix, weight: [Float], epsilon: Float, outputGradient: Matrix, holdingScale: Bool
  ) -> Matrix {
    Tensors.rmsNormPullback(
      x, weight: weight, epsilon: epsilon, outputGradient: outputGradient,
      holdingScale: holdingScale, team: compute.team)
  }
  package func layerNorm(
    _ x: Matrix, weight: [Float], bias: [Float], epsilon: Float
  ) -> Matrix {
    Tensors.layerNorm(x, weight: weight, bias: bias, epsilon: epsilon, team: compute.team)
  }
  package func layerNormPullback(
    _ x: Matrix, weight: [Float], epsilon: Float, outputGradient: Matrix
  ) -> Matrix {
    Tensors.layerNormPullback(
      x, weight: weight, epsilon: epsilon, outputGradient: outputGradient, team: compute.team)
  }

  package func activated(_ x: Matrix, by activation: Activation) -> Matrix {
    activation(x, team: compute.team)
  }
  package func activationPullback(
    _ x: Matrix, by activation: Activation, outputGradient: Matrix
  ) -> Matrix {
    activation.pullback(x, outputGradient: outputGradient, team: compute.team)
  }
  package func gated(_ gate: Matrix, up: Matrix, by activation: GateActivation) -> Matrix {
    Tensors.gated(gate, up: up, by: activation, team: compute.team)
  }
  package func gatedPullback(
    _ gate: Matrix, up: Matrix, by activation: GateActivation, outputGradient: Matrix,
    sharing: Bool
  ) -> (gate: Matrix, up: Matrix) {
    Tensors.gatedPullback(
      gate, up: up, by: activation, outputGradient: outputGradient, sharing: sharing,
      team: compute.team)
  }

  package func rotated(
    _ x: Matrix, by embedding: RotaryEmbedding, at positions: RowPositions
  ) -> Matrix {
    embedding(x, at: positions, team: compute.team)
  }
  package func rotationPullback(
    _ outputGradient: Matrix, by embedding: RotaryEmbedding, at positions: RowPositions
  ) -> Matrix {
    embedding.pullback(outputGradient, at: positions, team: compute.team)
  }
  package func attention(
    _ q: Matrix, _ k: Matrix, _ v: Matrix, shape: AttentionShape, firstQueryPosition: Int,
    keyEnds: [Int]?, cancellation: Cancellation
  ) throws -> (output: Matrix, logSumExp: Matrix) {
    try Tensors.attention(
      q, k, v, shape: shape, firstQueryPosition: firstQueryPosition, keyEnds: keyEnds,
      compute: compute, cancellation: cancellation)
  }
  package func attentionPullback(
    _ q: Matrix, _ k: Matrix, _ v: Matrix, output: Matrix, logSumExp: Matrix,
    shape: AttentionShape, firstQueryPosition: Int, keyEnds: [Int]?, outputGradient: Matrix
  ) -> (q: Matrix, k: Matrix, v: Matrix) {
    Tensors.attentionPullback(
      q, k, v, output: output, logSumExp: logSumExp, shape: shape,
      firstQueryPosition: firstQueryPosition, keyEnds: keyEnds, compute: compute,
      outputGradient: outputGradient)
  }
}

extension Matrix: RowArray {}
extension RoundedMatrix: RoundedRowArray {}
extension Linear: LinearOperator {}
