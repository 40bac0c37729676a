package import Autoencoders
import Models
package import Tensors

/// The residual stream after interventions, from the first row that differs.
package struct SplicedResidual {
  /// First row that differs from the model's own run, or the first of those that see it; the row
  /// count when none does.
  package let start: Int
  /// The changed residual, rows `start` … T′ − 1, `[T′ − start, D]`.
  package let residual: Matrix
  /// What the interventions did.
  package let receipt: InterventionReceipt
}

extension Matrix {
  /// This residual, refused with `InterpretationError.nonFinite` where it is not finite, or so
  /// large that a norm would make zeros of it.
  func usableResidual() throws -> Matrix {
    guard firstNonFinite() == nil, maxMagnitude <= largestResidual else {
      throw InterpretationError.nonFinite("the residual stream after the interventions")
    }
    return self
  }
}

/// Beyond this a row's sum of squares may overflow float32, and the next
/// norm would make zeros of it.
private let largestResidual: Float = 1e17

extension SplicePoint {
  /// Applies changes to the residual. Rows before the first one that comes out otherwise stay the
  /// model's own when the error term is kept, so that a feature that is not active where it is put
  /// to zero costs nothing; when it is dropped every row gets its reconstruction.
  ///
  /// - Parameter turned: where the change goes instead, as far as it would.
  package func applying(
    _ changes: [LatentChange], splice: Splice, turned: RandomDirection? = nil,
    cancellation: Cancellation
  ) throws -> SplicedResidual {
    let changes = try covered(changes)
    let isWhole = splice.errorTerm == .drop || autoencoder.site.towerLayer != nil
    let start = isWhole ? 0 : changes.compactMap(\.firstRow).min() ?? rowCount
    var receipt = InterventionReceipt()
    let changed = try autoencoder.splice(
      isWhole ? rows : rows.slice(rows: start..<rowCount), code: code.slice(rows: start..<rowCount),
      changes: changes.map { $0.startingAt(start) }, splice: splice, turned: turned,
      receipt: &receipt, cancellation: cancellation
    ).stream
    guard splice.errorTerm == .keep else {
      return SplicedResidual(start: start, residual: changed, receipt: receipt)
    }
    return trimmed(changed, from: start, receipt: receipt)
  }

  /// Changed rows from `start` on without those at their beginning that are the model's own.
  private func trimmed(
    _ changed: Matrix, from start: Int, receipt: InterventionReceipt
  ) -> SplicedResidual {
    let difference = changed - stream.slice(rows: start..<rowCount)
    let same = difference.rowDots(difference).prefix { $0 == 0 }.count
    return spliced(
      changed.slice(rows: same..<changed.rows), from: start + same, receipt: receipt)
  }

  /// Changes at the rows that the autoencoder reads.
  /// - Throws: for a change at positions of which none is one.
  func covered(_ changes: [LatentChange]) throws(InterpretationError) -> [LatentChange] {
    guard autoencoder.site.towerLayer != nil else { return changes }
    var result: [LatentChange] = []
    for change in changes {
      let kept = rows.covered(among: Set(change.rows.joined()).sorted())
      if kept.isEmpty, change.rows.contains(where: { $0.lowerBound < context.tokenCount }) {
        throw .badValue(
          "feature \(change.latent) of \(autoencoder.site.name) is to be changed at positions of "
            + "which none is a patch of a picture, as all are that it can be active at")
      }
      result.append(
        LatentChange(rows: kept.map { $0..<$0 + 1 }, latent: change.latent, rule: change.rule))
    }
    return result
  }

  /// Changed rows from `start` on, with those of the model's own before them that see them: the
  /// blocks above run on those, too.
  private func spliced(
    _ changed: Matrix, from start: Int, receipt: InterventionReceipt
  ) -> SplicedResidual {
    let first = cache.spans.start(of: start)
    return SplicedResidual(
      start: first,
      residual: first == start
        ? changed : Matrix(stacking: [stream.slice(rows: first..<start), changed]),
      receipt: receipt)
  }

  /// Puts another code in the place of the one that is there, from row `start` on; `code` has
  /// the rows `start` … T′ − 1.
  func replacing(
    _ code: SparseCode, from start: Int, errorTerm: Splice.ErrorTerm, cancellation: Cancellation
  ) throws -> SplicedResidual {
    guard errorTerm == .keep else {
      var whole = self.code.slice(rows: 0..<start)
      whole.append(code)
      return SplicedResidual(
        start: 0,
        residual: try rebuilt(whole, cancellation: cancellation).stream.usableResidual(),
        receipt: InterventionReceipt())
    }
    let own = self.code.slice(rows: start..<rowCount)
    let change = try autoencoder.weights.decodeChange(from: own, to: code)
    if autoencoder.site.towerLayer != nil {
      var whole = Matrix(rows: start, columns: change.columns)
      whole.append(change)
      let changed = try rows.input(rows.own, movedBy: whole, cancellation: cancellation)
      return trimmed(
        try changed.stream.usableResidual(), from: 0, receipt: InterventionReceipt())
    }
    let rows = rows.slice(rows: start..<rowCount)
    let changed = try rows.input(rows.own, movedBy: change, cancellation: cancellation)
    return spliced(
      try changed.stream.usableResidual(), from: start, receipt: InterventionReceipt())
  }

  /// The run with a code's reconstruction in the place of what is there.
  func rebuilt(_ code: SparseCode, cancellation: Cancellation) throws -> SiteInput {
    try rows.input(
      making: autoencoder.weights.reconstruction(code, of: rows.input), cancellation: cancellation)
  }

  /// The same with the code as it is where `cleared` is false, and with nothing
  /// active where it is true.
  func clearing(
    _ cleared: [Bool], errorTerm: Splice.ErrorTerm, cancellation: Cancellation
  ) throws -> SplicedResidual {
    let start = cleared.firstIndex(of: true) ?? rowCount
    var rest = SparseCode(latentCount: code.latentCount)
    for row in start..<rowCount {
      if cleared[row] {
        rest.appendRow([], frame: code.frame(ofRow: row))
      } else {
        rest.append(code.slice(rows: row..<row + 1))
      }
    }
    return try replacing(rest, from: start, errorTerm: errorTerm, cancellation: cancellation)
  }

  /// The output of the last block at `rows`, `[rows.count, D]`, when the blocks above
  /// the site run on the changed residual. Rows before the first change are the model's
  /// own and do not run again.
  package func outputs(
    of spliced: SplicedResidual, rows: Range<Int>, cancellation: Cancellation
  ) throws -> Matrix {
    try outputs(of: [spliced], rows: rows, cancellation: cancellation)[0]
  }

  /// The same for several changes, which run side by side.
  package func outputs(
    of changes: [SplicedResidual], rows: Range<Int>, cancellation: Cancellation
  ) throws -> [Matrix] {
    var results: [Matrix] = []
    var branches: [(index: Int, branch: Branch)] = []
    let end = cache.spans.end(of: rows.upperBound)
    for (index, spliced) in changes.enumerated() {
      let plain = rows.clamped(to: rows.lowerBound..<max(spliced.start, rows.lowerBound))
      results.append(try plainOutputs(at: plain, cancellation: cancellation))
      guard plain.upperBound < rows.upperBound else { continue }
      let changed = spliced.residual.slice(rows: 0..<end - spliced.start)
      branches.append(
        (
          index,
          Branch(start: spliced.start, residual: changed, rows: end - plain.upperBound)
        ))
    }
    let new = try decoder.forward(
      branches.map(\.branch), over: above, after: cache, cancellation: cancellation)
    for ((index, _), outputs) in zip(branches, new) {
      results[index].append(outputs.slice(rows: 0..<rows.count - results[index].rows))
    }
    return results
  }
}

extension LoadedAutoencoder {
  /// Puts a changed code back into a run of rows whose code is `code`.
  ///
  /// - Parameter turned: where the stream's change goes instead, as far as it would.
  func splice(
    _ rows: SiteRows, code: SparseCode, changes: [LatentChange], splice: Splice,
    turned: RandomDirection?, receipt: inout InterventionReceipt, cancellation: Cancellation
  ) throws -> SiteInput {
    let changed: SparseCode
    switch splice.reselection {
    case .none: changed = try code.changing(changes)
    case .topK:
      changed = try weights.reselected(
        rows.input, code: code, changes: changes, receipt: &receipt, cancellation: cancellation)
    }
    let change = try weights.decodeChange(from: code, to: changed)
    let difference = try rows.streamChange(of: change, from: rows.output)
    let known = receipt.positions
    for squared in difference.rowDots(difference) where squared > 0 {
      receipt.positions += 1
      receipt.normSum += squared.squareRoot()
    }
    if receipt.positions > known { receipt.passes += 1 }
    if rows.site.towerLayer != nil {
      let made =
        splice.errorTerm == .keep
        ? rows.output + change : try weights.reconstruction(changed, of: rows.input)
      let input = try rows.input(
        making: turned?.moving(rows.output, asFarAs: made) ?? made, cancellation: cancellation)
      return SiteInput(made: input.made, stream: try input.stream.usableResidual())
    }
    let spliced =
      try splice.errorTerm == .keep
      ? SiteInput(made: rows.output + change, stream: rows.stream + difference)
      : rows.input(
        making: weights.reconstruction(changed, of: rows.input), cancellation: cancellation)
    let usable = try spliced.stream.usableResidual()
    return SiteInput(
      made: spliced.made, stream: turned?.moving(rows.stream, asFarAs: usable) ?? usable)
  }
}

extension SparseAutoencoder {
  /// The code with top-k taken again where something was changed. Other rows keep the code they
  /// have, and these the values of what is not changed: a product over fewer rows may differ in its
  /// last bit, on a device in more, and what only that moves is no change.
  fileprivate func reselected(
    _ x: Matrix, code: SparseCode, changes: [LatentChange], receipt: inout InterventionReceipt,
    cancellation: Cancellation
  ) throws -> SparseCode {
    let rows = Set(changes.flatMap { $0.rows.joined() }).sorted()
    guard !rows.isEmpty else { return code }
    let place = Dictionary(uniqueKeysWithValues: rows.enumerated().map { ($1, $0) })
    let moved = changes.map { change in
      LatentChange(
        rows: change.rows.joined().compactMap { row in place[row].map { $0..<$0 + 1 } },
        latent: change.latent, rule: change.rule)
    }
    let again = try encode(x.rows(rows), changing: moved, cancellation: cancellation)
    receipt.dropped += again.dropped.count
    var result = SparseCode(latentCount: latentCount)
    let byLatent = Dictionary(grouping: changes, by: \.latent)
    for row in 0..<code.rows {
      guard let index = place[row] else {
        result.append(code.slice(rows: row..<row + 1))
        continue
      }
      let known = Dictionary(
        zip(code.row(row).indices, code.row(row).values), uniquingKeysWith: { first, _ in first })
      let (indices, values) = again.code.row(index)
      result.appendRow(
        zip(indices, values).map { latent, value in
          let changes = (byLatent[Int(latent)] ?? []).filter { change in
            change.rows.contains { $0.contains(row) }
          }
          let kept = known[latent].map { changes.reduce($0) { $1.apply(to: $0) } }
          return (latent: Int(latent), value: kept ?? value)
        }, frame: code.frame(ofRow: row))
    }
    return result
  }
}
