import CKernels
import Glibc

/// Rotary position embedding, "rotate half": in each head of size d, the pair (i, i + d/2) of a
/// token at position p turns by the angle p·f_i (Su et al. 2021; `LlamaRotaryEmbedding` of
/// transformers, whose angles are float32 products). A row may have several positions, as one down
/// and one across a picture; then each pair turns by one of them.
package struct RotaryEmbedding: Sendable {
  package let headSize: Int
  package let inverseFrequencies: [Float]
  /// What cosines and sines are multiplied by: 1 but in YaRN.
  package let scale: Float
  /// By pair, which of a row's positions turns it; of rows with one position, not asked for.
  package let axes: [Int]

  /// - Parameter axes: by default every pair turns by the first of a row's positions.
  package init(
    headSize: Int, inverseFrequencies: [Float], scale: Float = 1, axes: [Int]? = nil
  ) {
    precondition(
      headSize % 2 == 0 && inverseFrequencies.count == headSize / 2,
      "\(inverseFrequencies.count) frequencies for heads of \(headSize)")
    let axes = axes ?? inverseFrequencies.map { _ in 0 }
    precondition(axes.count == headSize / 2 && axes.allSatisfy { $0 >= 0 }, "axes \(axes)")
    self.headSize = headSize
    self.inverseFrequencies = inverseFrequencies
    self.scale = scale
    self.axes = axes
  }

  /// x `[T, heads·d]`, its first row at `position`, rotated.
  package func callAsFunction(
    _ x: Matrix, from position: Int, team: ThreadTeam? = nil,
    path: KernelPath = .best
  ) -> Matrix {
    rotate(x, at: .consecutive(from: position), sign: 1, team: team, path: path)
  }

  /// x `[T, heads·d]`, its rows at `positions`, rotated.
  package func callAsFunction(
    _ x: Matrix, at positions: RowPositions, team: ThreadTeam? = nil, path: KernelPath = .best
  ) -> Matrix {
    rotate(x, at: positions, sign: 1, team: team, path: path)
  }

  /// The gradient before the rotation from the gradient after it: the rotation by the opposite
  /// angles, scaled alike.
  package func pullback(
    _ outputGradient: Matrix, from position: Int, team: ThreadTeam? = nil,
    path: KernelPath = .best
  ) -> Matrix {
    rotate(outputGradient, at: .consecutive(from: position), sign: -1, team: team, path: path)
  }

  /// The same of rows at `positions`.
  package func pullback(
    _ outputGradient: Matrix, at positions: RowPositions, team: ThreadTeam? = nil,
    path: KernelPath = .best
  ) -> Matrix {
    rotate(outputGradient, at: positions, sign: -1, team: team, path: path)
  }

  private func rotate(
    _ x: Matrix, at positions: RowPositions, sign: Float, team: ThreadTeam?, path: KernelPath
  ) -> Matrix {
    precondition(
      headSize > 0 && x.columns % headSize == 0, "rows of \(x.columns) for heads of \(headSize)")
    positions.require(rows: x.rows, axes: axes)
    let result = Matrix(uninitializedRows: x.rows, columns: x.columns)
    let half = headSize / 2
    forRowRanges(rows: x.rows, columns: x.columns, team: team) { range in
      var cosines = [Float](repeating: 0, count: half)
      var sines = cosines
      for row in range {
        for i in 0..<half {
          let angle = Float(positions[row, axes[i]]) * inverseFrequencies[i]
          cosines[i] = cosf(angle) * scale
          sines[i] = sinf(angle) * scale
        }
        unsafe x.withPointer { source in
          unsafe kernel_rotate(
            path.code, source + row * x.columns,
            result.storage.pointer + row * x.columns, cosines, sines, sign, x.columns / headSize,
            headSize)
        }
      }
    }
    return result
  }
}
