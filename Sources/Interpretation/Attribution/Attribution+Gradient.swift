import Autoencoders
import Models
import Tensors

extension Attribution {
  /// The target's value and g `[T′, D]` for the question's method.
  func gradient(at input: Matrix) throws -> (
    value: Float, gradient: Matrix, endpointDifference: Float?
  ) {
    switch question.method {
    case .gradient, .ablation:
      let (value, gradient) = try pulledBack(to: input, keepsRun: true)
      return (value, gradient, nil)
    case .integratedGradients(let steps):
      return try integratedGradient(to: input, steps: steps)
    }
  }

  /// One pullback for each position of the target, from the last block to the site.
  private func pulledBack(to input: Matrix, keepsRun: Bool) throws -> (Float, Matrix) {
    var total = Matrix(rows: input.rows, columns: input.columns)
    var value: Float = 0
    for (index, term) in terms.enumerated() {
      try cancellation.check()
      let rows = term.row + 1
      let forward = try savedForward(input, rows: rows, keepsRun: keepsRun)
      let output = (forward?.output ?? input.slice(rows: rows - 1..<rows)).row(0)
      value += decoder.value(of: term, output: output)
      var gradient = Matrix(
        rows: 1, columns: input.columns, values: decoder.gradient(of: term, output: output))
      if let forward {
        gradient = try decoder.pullback(
          forward, outputGradient: gradient, cancellation: cancellation)
      }
      total.add(gradient, atRow: rows - gradient.rows)
      progress(Double(index + 1) / Double(terms.count))
    }
    return (value, total)
  }

  /// The forward pass above the site with what its pullback needs; the last one is kept with the context.
  /// Nil when there is no block above the site.
  private func savedForward(
    _ input: Matrix, rows: Int, keepsRun: Bool
  ) throws -> SavedForward? {
    guard feature.block + 1 < decoder.blockCount else { return nil }
    let key = SavedRun.Key(
      autoencoder: feature.name, errorTerm: question.splice.errorTerm, rows: rows,
      continuation: question.target.continuation)
    if keepsRun, let known = context.savedRun, known.key == key { return known.forward }
    let forward = try decoder.forwardSaving(
      input.slice(rows: 0..<rows), blocks: feature.block + 1..<decoder.blockCount,
      cancellation: cancellation)
    if keepsRun { context.savedRun = SavedRun(key: key, forward: forward) }
    return forward
  }

  /// The gradient's mean over the middles of `steps` equal stretches of the way from ẑ, the region's
  /// latents at zero, to z.
  private func integratedGradient(
    to input: Matrix, steps: Int
  ) throws -> (Float, Matrix, Float?) {
    let removed = try regionShare()
    var mean = Matrix(rows: input.rows, columns: input.columns)
    for step in 0..<steps {
      let share = (Float(step) + 0.5) / Float(steps)
      let point = input + removed.scaled(by: share - 1)
      mean += try pulledBack(to: point, keepsRun: false).1.scaled(by: 1 / Float(steps))
      progress(Double(step + 1) / Double(steps))
    }
    let start = try value(runningOn: input - removed)
    let end = try value(runningOn: input)
    return (end, mean, end - start)
  }

  /// What the region's latents add to the residual, `[T′, D]`.
  private func regionShare() throws -> Matrix {
    let covered = covers()
    var outside = SparseCode(latents: point.code.latents)
    for row in 0..<point.rowCount {
      let (indices, values) = point.code.row(row)
      outside.appendRow(
        covered[row] ? [] : zip(indices, values).map { (latent: Int($0), value: $1) })
    }
    return try feature.autoencoder.decodeChange(from: outside, to: point.code)
  }

  /// The target when the blocks above the site run on `input` `[T′, D]`.
  private func value(runningOn input: Matrix) throws -> Float {
    var cache = decoder.makeCache()
    let outputs = try decoder.forward(
      input.slice(rows: 0..<rowCount), blocks: feature.block + 1..<decoder.blockCount,
      cache: &cache, cancellation: cancellation)
    return try decoder.value(of: terms, outputs: outputs)
  }
}
