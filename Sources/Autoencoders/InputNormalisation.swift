import Tensors

/// What is done to each row of activations before it is encoded, and undone after decoding, but for
/// transcoders: the run-time normalisations of SAELens (`normalize_activations`).
package enum InputNormalisation: String, Sendable, Equatable {
  case none
  /// The mean taken off, then divided by the standard deviation (of N − 1) plus 1e-5; undone with
  /// the standard deviation alone.
  case layerNorm = "layer_norm"
  /// Brought to the norm √D.
  case constantNorm = "constant_norm_rescale"

  private static let epsilon = 1e-5

  /// x [T, D] as the encoder reads it, and what undoes it; no frames where nothing is done.
  func callAsFunction(_ x: Matrix) -> (rows: Matrix, frames: [RowFrame]) {
    guard self != .none else { return (x, []) }
    var rows = x
    var frames: [RowFrame] = []
    for index in 0..<x.rows {
      let row = x.row(index)
      let (frame, shift, divisor) = self == .layerNorm ? layerNorm(row) : constantNorm(row)
      rows.setRow(index, row.map { Float((Double($0) - shift) / divisor) })
      frames.append(frame)
    }
    return (rows, frames)
  }

  private func layerNorm(_ row: [Float]) -> (RowFrame, shift: Double, divisor: Double) {
    let mean = row.reduce(0.0) { $0 + Double($1) } / Double(row.count)
    let squares = row.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
    let deviation = (squares / Double(row.count - 1)).squareRoot()
    return (
      RowFrame(scale: Float(deviation), offset: Float(mean)), mean, deviation + Self.epsilon
    )
  }

  private func constantNorm(_ row: [Float]) -> (RowFrame, shift: Double, divisor: Double) {
    let norm = row.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
    let scale = norm / Double(row.count).squareRoot()
    return (RowFrame(scale: Float(scale)), 0, scale)
  }
}
