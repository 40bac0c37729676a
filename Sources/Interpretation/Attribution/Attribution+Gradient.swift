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
      let (value, gradient) = try gradient(at: input, keepsRun: true)
      return (value, gradient, nil)
    case .integratedGradients(let steps):
      return try integratedGradient(to: input, steps: steps)
    }
  }

  /// One pullback for each position of the target, from the last block to the site.
  private func gradient(at input: Matrix, keepsRun: Bool) throws -> (Float, Matrix) {
    var total = Matrix(rows: input.rows, columns: input.columns)
    var value: Float = 0
    for (index, term) in terms.enumerated() {
      try cancellation.check()
      let forward = try savedForward(input, rows: term.row + 1, keepsRun: keepsRun)
      let logits = context.decoder.logits(forward.lastOutput).row(0)
      value += term.value(logits)
      let outputGradient: [Float] =
        switch term.kind {
        case .logits(let tokens):
          context.decoder.outputGradient(
            lastOutput: forward.lastOutput,
            direction: tokens.map { (token: $0.token, weight: $0.weight) })
        case .logProbability:
          context.decoder.outputGradient(
            lastOutput: forward.lastOutput, logitGradient: term.gradient(logits))
        }
      let pulled = try context.decoder.pullback(
        forward, outputGradient: outputGradient, cancellation: cancellation)
      total.add(pulled, atRow: 0)
      progress(Double(index + 1) / Double(terms.count))
    }
    return (value, total)
  }

  /// The forward pass above the site with what its pullback needs; the last one is kept with the context.
  private func savedForward(_ input: Matrix, rows: Int, keepsRun: Bool) throws -> SavedForward {
    let key = SavedRun.Key(
      autoencoder: feature.name, errorTerm: question.splice.errorTerm, rows: rows,
      continuation: question.target.continuation)
    if keepsRun, let known = context.savedRun, known.key == key { return known.forward }
    let forward = try context.decoder.forwardSaving(
      input.slice(rows: 0..<rows), blocks: feature.block + 1..<context.decoder.blockCount,
      cancellation: cancellation)
    if keepsRun { context.savedRun = SavedRun(key: key, forward: forward) }
    return forward
  }

  /// The gradient's mean over the middles of `steps` equal stretches of the way from ẑ, the region's
  /// latents at zero, to z.
  private func integratedGradient(to input: Matrix, steps: Int) throws -> (Float, Matrix, Float?) {
    let covered = covers()
    var emptyRow = SparseCode(latents: point.code.latents)
    emptyRow.appendRow([])
    var outside = SparseCode(latents: point.code.latents)
    for row in 0..<point.rowCount {
      outside.append(
        covered[row] ? emptyRow : point.code.slice(rows: row..<row + 1))
    }
    let removed = try feature.autoencoder.decodeChange(from: outside, to: point.code)
    var mean = Matrix(rows: input.rows, columns: input.columns)
    for step in 0..<steps {
      let share = (Float(step) + 0.5) / Float(steps)
      var x = input
      x.add(removed, atRow: 0, scaledBy: share - 1)
      mean.add(try gradient(at: x, keepsRun: false).1, atRow: 0, scaledBy: 1 / Float(steps))
      progress(Double(step + 1) / Double(steps))
    }
    let above = feature.block + 1..<context.decoder.blockCount
    var empty = context.decoder.emptyCache()
    var baseline = input
    baseline.add(removed, atRow: 0, scaledBy: -1)
    let rows = 0..<rowCount
    let start = try context.decoder.value(
      of: terms,
      outputs: try context.decoder.forward(
        baseline.slice(rows: rows), blocks: above, cache: &empty, cancellation: cancellation))
    var fresh = context.decoder.emptyCache()
    let end = try context.decoder.value(
      of: terms,
      outputs: try context.decoder.forward(
        input.slice(rows: rows), blocks: above, cache: &fresh, cancellation: cancellation))
    return (end, mean, end - start)
  }
}
