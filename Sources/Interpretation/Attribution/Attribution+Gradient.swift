import Autoencoders
import Models
import Tensors

/// What a pullback found.
struct PulledBack {
  /// The target's value at the run.
  let value: Float
  /// At each autoencoder's site, in the question's order.
  let sites: [SiteGradient]
}

/// The gradients at one autoencoder's site.
struct SiteGradient {
  /// At the residual stream where it writes, `[T′, D]`.
  let stream: Matrix
  /// At what it makes, `[T′, D_out]`.
  let made: Matrix
  /// Σ bias · gradient over the projections above the site.
  let projectionBias: Double
}

extension Attribution {
  /// The target's value and the gradients for the question's method.
  func gradient(at input: SiteInput) throws -> PulledBack {
    if case .integratedGradients(let steps) = question.method {
      return try integratedGradient(to: input, steps: steps)
    }
    return try pulledBack(to: input, rule: question.method.rule, keepsRun: true)
  }

  /// One pullback from the last block to the lowest site: the target's terms sit at different rows
  /// of one run, and the gradient of their sum is the sum of their gradients.
  func pulledBack(
    to input: SiteInput, rule: PullbackRule, keepsRun: Bool, terms wanted: [TargetTerm]? = nil
  ) throws -> PulledBack {
    try cancellation.check()
    let rows = terms.rows
    let stream = input.stream
    let forward = try savedForward(stream, rows: rows, keepsRun: keepsRun)
    let output = forward?.output ?? stream.slice(rows: rows)
    var gradient = Matrix(rows: output.rows, columns: stream.columns)
    var value: Float = 0
    for term in wanted ?? terms {
      let row = output.row(term.row - rows.lowerBound)
      value += try decoder.value(of: term, output: row)
      gradient.add(
        Matrix(
          rows: 1, columns: row.count,
          values: try decoder.gradient(of: term, output: row, rule: rule)),
        atRow: term.row - rows.lowerBound)
    }
    progress(0.5)
    let passed = try forward.map {
      try decoder.pullback(
        $0, outputGradient: gradient, rule: rule, at: Set(points.map(\.above.lowerBound)),
        cancellation: cancellation)
    }
    let gradients = try points.map { point in
      let found = passed?[point.above.lowerBound]
      var whole = Matrix(rows: stream.rows, columns: stream.columns)
      whole.add(found?.gradient ?? gradient, atRow: found == nil ? rows.lowerBound : 0)
      return SiteGradient(
        stream: whole,
        made: try point.rows.gradient(
          whole, at: self.input(at: point, from: input), rule: rule, cancellation: cancellation),
        projectionBias: found?.biasShare ?? 0)
    }
    progress(1)
    return PulledBack(value: value, sites: gradients)
  }

  /// The forward pass above the lowest site with what its pullback needs, `rows` of its last block
  /// computed, and those behind them that they see: the context's own where it has it; another one
  /// is kept with the context. Nil when there is no block above the site.
  private func savedForward(
    _ stream: Matrix, rows: Range<Int>, keepsRun: Bool
  ) throws -> SavedForward? {
    let lowest = lowest
    guard !lowest.above.isEmpty else { return nil }
    let last = context.tokenCount - 1
    if keepsRun, question.splice.errorTerm == .keep, rows == last..<last + 1,
      let own = context.ownRun(above: lowest.above.lowerBound)
    {
      return own
    }
    let key = SavedRun.Key(
      autoencoder: lowest.autoencoder.name, errorTerm: question.splice.errorTerm, rows: rows,
      continuation: question.target.continuation)
    if keepsRun, let known = context.savedRun, known.key == key { return known.forward }
    context.savedRun = nil
    var (cache, tap) = (context.cache.emptied, SiteTap())
    let end = cache.spans.end(of: rows.upperBound)
    let forward = try decoder.forwardSaving(
      stream.slice(rows: 0..<end), over: lowest.above, cache: &cache, rows: end - rows.lowerBound,
      tap: &tap, cancellation: cancellation)
    if keepsRun { context.savedRun = SavedRun(key: key, forward: forward) }
    return forward
  }

  /// The gradient's mean over the middles of `steps` equal stretches of the way from ẑ, the
  /// region's latents at zero, to z; of one autoencoder.
  private func integratedGradient(to input: SiteInput, steps: Int) throws -> PulledBack {
    let removed = try regionShare()
    var mean = Matrix(rows: input.stream.rows, columns: input.stream.columns)
    var siteMean = Matrix(rows: input.made.rows, columns: input.made.columns)
    for step in 0..<steps {
      let share = (Float(step) + 0.5) / Float(steps)
      let moved = try point.rows.input(
        input, movedBy: removed.scaled(by: share - 1), cancellation: cancellation)
      let found = try pulledBack(to: moved, rule: .derivative, keepsRun: false).sites[0]
      mean += found.stream.scaled(by: 1 / Float(steps))
      siteMean += found.made.scaled(by: 1 / Float(steps))
      progress(Double(step + 1) / Double(steps))
    }
    return PulledBack(
      value: try value(runningOn: input),
      sites: [SiteGradient(stream: mean, made: siteMean, projectionBias: 0)])
  }

  /// The target's fall between the ends of the integrated gradients' path.
  func pathDifference(to input: SiteInput, value end: Float) throws -> Float {
    let start = try point.rows.input(
      input, movedBy: regionShare().scaled(by: -1), cancellation: cancellation)
    return end - (try value(runningOn: start))
  }

  /// What the region's latents add to what is made, `[T′, D_out]`.
  private func regionShare() throws -> Matrix {
    let covered = covers()
    var outside = SparseCode(latentCount: point.code.latentCount)
    for row in 0..<point.rowCount {
      let (indices, values) = point.code.row(row)
      outside.appendRow(
        covered[row] ? [] : zip(indices, values).map { (latent: Int($0), value: $1) },
        frame: point.code.frame(ofRow: row))
    }
    return try point.autoencoder.weights.decodeChange(from: outside, to: point.code)
  }

  /// The target when what lies above the site runs on `input`.
  private func value(runningOn input: SiteInput) throws -> Float {
    var (cache, tap) = (context.cache.emptied, SiteTap())
    let rows = terms.rows
    let end = cache.spans.end(of: rows.upperBound)
    let outputs = try decoder.forward(
      input.stream.slice(rows: 0..<end), over: point.above, cache: &cache,
      rows: end - rows.lowerBound, tap: &tap, cancellation: cancellation
    ).slice(rows: 0..<rows.count)
    return try decoder.value(of: terms, outputs: outputs, from: rows.lowerBound)
  }
}
