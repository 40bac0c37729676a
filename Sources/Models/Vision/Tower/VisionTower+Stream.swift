package import Tensors

/// A tile's way through a tower, cut behind a layer: the residual stream there, and what the
/// features need from below.
package struct TowerCut: Sendable {
  /// How many layers lie below.
  package let depth: Int
  /// The residual stream `[P, h]` there, the class token included.
  package let stream: Matrix
  /// Features' states from below the cut, by their number: what changes at the cut leaves them.
  let below: [Int: Matrix]

  package var byteCount: Int {
    below.values.reduce(4 * stream.rows * stream.columns) { $0 + 4 * $1.rows * $1.columns }
  }
}

extension VisionTower {
  /// How many layers run; a cut lies behind any of them, and before the first.
  package var depth: Int { layers.count }

  /// Runs one tile's pixels `[3, size, size]` as far as `depth` layers.
  package func cut(
    _ pixels: [Float], depth: Int, cancellation: Cancellation
  ) throws -> TowerCut {
    precondition((0...layers.count).contains(depth), "no such layer")
    var (x, below) = (try embedding(pixels), [Int: Matrix]())
    for layer in 0..<depth {
      if output.takes(state: layer) { below[layer] = x }
      x = try run(x, layers: layer..<layer + 1, cancellation: cancellation)
    }
    return TowerCut(depth: depth, stream: x, below: below)
  }

  /// The features `[P, h · states]` with `stream` `[P, h]` in the place of the cut's own.
  package func features(
    _ cut: TowerCut, stream: Matrix, cancellation: Cancellation
  ) throws -> Matrix {
    var (x, states) = (stream, cut.below)
    for layer in cut.depth..<layers.count {
      if output.takes(state: layer) { states[layer] = x }
      x = try run(x, layers: layer..<layer + 1, cancellation: cancellation)
    }
    guard case .states(let wanted) = output else { return try layers.normed(x) }
    states[layers.count] = x
    return Matrix(sideBySide: wanted.compactMap { states[$0] })
  }

  /// The gradient at the stream `[P, h]` of a cut from that at the features `[P, h · states]`. Each
  /// layer's forward pass is made again from its input, which alone is kept.
  package func pullback(
    _ cut: TowerCut, stream: Matrix, outputGradient: Matrix, cancellation: Cancellation
  ) throws -> Matrix {
    var (x, inputs) = (stream, [Matrix]())
    for layer in cut.depth..<layers.count {
      inputs.append(x)
      x = try run(x, layers: layer..<layer + 1, cancellation: cancellation)
    }
    /// What reaches a state from the features that are it.
    func arriving(at state: Int) throws -> Matrix? {
      guard case .states(let wanted) = output else {
        guard state == layers.count else { return nil }
        return try layers.normPullback(x, outputGradient: outputGradient)
      }
      let h = configuration.hiddenSize
      var sum: Matrix?
      for place in wanted.indices where wanted[place] == state {
        let part = outputGradient.columns(place * h..<(place + 1) * h)
        sum = sum.map { $0 + part } ?? part
      }
      return sum
    }
    var gradient =
      try arriving(at: layers.count) ?? Matrix(rows: stream.rows, columns: stream.columns)
    for layer in (cut.depth..<layers.count).reversed() {
      try cancellation.check()
      gradient = try layers.pullback(
        inputs[layer - cut.depth], layer: layer, outputGradient: gradient)
      if let more = try arriving(at: layer) { gradient = gradient + more }
    }
    return gradient
  }
}
