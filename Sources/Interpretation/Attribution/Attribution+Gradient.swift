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

  /// One pullback from the last block to the site: the target's terms sit at different rows of one run, and
  /// the gradient of their sum is the sum of their gradients.
  private func pulledBack(to input: Matrix, keepsRun: Bool) throws -> (Float, Matrix) {
    try cancellation.check()
    let rows = terms.rows
    let forward = try savedForward(input, rows: rows, keepsRun: keepsRun)
    let output = forward?.output ?? input.slice(rows: rows)
    var gradient = Matrix(rows: rows.count, columns: input.columns)
    var value: Float = 0
    for term in terms {
      let row = output.row(term.row - rows.lowerBound)
      value += decoder.value(of: term, output: row)
      gradient.add(
        Matrix(rows: 1, columns: row.count, values: decoder.gradient(of: term, output: row)),
        atRow: term.row - rows.lowerBound)
    }
    progress(0.5)
    var total = Matrix(rows: input.rows, columns: input.columns)
    if let forward {
      total.add(
        try decoder.pullback(forward, outputGradient: gradient, cancellation: cancellation),
        atRow: 0)
    } else {
      total.add(gradient, atRow: rows.lowerBound)
    }
    progress(1)
    return (value, total)
  }

  /// The forward pass above the site with what its pullback needs, `rows` of its last block computed: the
  /// context's own where it has it; another one is kept with the context. Nil when there is no block above
  /// the site.
  private func savedForward(
    _ input: Matrix, rows: Range<Int>, keepsRun: Bool
  ) throws -> SavedForward? {
    guard feature.block + 1 < decoder.blockCount else { return nil }
    let last = context.tokenCount - 1
    if keepsRun, question.splice.errorTerm == .keep, rows == last..<last + 1,
      let own = context.ownRun(above: feature.block)
    {
      return own
    }
    let key = SavedRun.Key(
      autoencoder: feature.name, errorTerm: question.splice.errorTerm, rows: rows,
      continuation: question.target.continuation)
    if keepsRun, let known = context.savedRun, known.key == key { return known.forward }
    context.savedRun = nil
    let forward = try decoder.forwardSaving(
      input.slice(rows: 0..<rows.upperBound), blocks: feature.block + 1..<decoder.blockCount,
      rows: rows.count, cancellation: cancellation)
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
    let rows = terms.rows
    let outputs = try decoder.forward(
      input.slice(rows: 0..<rows.upperBound), blocks: feature.block + 1..<decoder.blockCount,
      cache: &cache, rows: rows.count, cancellation: cancellation)
    return try decoder.value(of: terms, outputs: outputs, from: rows.lowerBound)
  }
}
