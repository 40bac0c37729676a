import CKernels
import Glibc

/// Rotary position embedding, "rotate half": in each head of size d, the pair (i, i + d/2) of a
/// token at position p turns by the angle p·f_i (Su et al. 2021; `LlamaRotaryEmbedding` of
/// transformers, whose angles are float32 products).
package struct RotaryEmbedding: Sendable {
  package let headSize: Int
  package let inverseFrequencies: [Float]
  /// What cosines and sines are multiplied by: 1 but in YaRN.
  package let scale: Float

  package init(headSize: Int, inverseFrequencies: [Float], scale: Float = 1) {
    precondition(
      headSize % 2 == 0 && inverseFrequencies.count == headSize / 2,
      "\(inverseFrequencies.count) frequencies for heads of \(headSize)")
    self.headSize = headSize
    self.inverseFrequencies = inverseFrequencies
    self.scale = scale
  }

  /// x `[T, heads·d]`, its first row at `position`, rotated.
  package func callAsFunction(
    _ x: Matrix, from position: Int, team: ThreadTeam? = nil,
    path: KernelPath = .best
  ) -> Matrix {
    rotate(x, from: position, sign: 1, team: team, path: path)
  }

  /// The gradient before the rotation from the gradient after it: the rotation by the opposite
  /// angles, scaled alike.
  package func pullback(
    _ outputGradient: Matrix, from position: Int, team: ThreadTeam? = nil,
    path: KernelPath = .best
  ) -> Matrix {
    rotate(outputGradient, from: position, sign: -1, team: team, path: path)
  }

  private func rotate(
    _ x: Matrix, from position: Int, sign: Float, team: ThreadTeam?, path: KernelPath
  ) -> Matrix {
    precondition(
      headSize > 0 && x.columns % headSize == 0, "rows of \(x.columns) for heads of \(headSize)")
    let result = Matrix(uninitializedRows: x.rows, columns: x.columns)
    let half = headSize / 2
    forRowRanges(rows: x.rows, columns: x.columns, team: team) { range in
      var cosines = [Float](repeating: 0, count: half)
      var sines = cosines
      for row in range {
        for i in 0..<half {
          let angle = Float(position + row) * inverseFrequencies[i]
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
