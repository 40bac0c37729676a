import Autoencoders
import Models
import Tensors

/// Where the run of a context and a continuation begins to differ from the model's own.
struct SpliceStart {
  /// The first autoencoder that a run meets of those that change something, or the last of all.
  let point: SplicePoint
  /// The stream at its point, its own changes made.
  let spliced: SplicedResidual
  /// What is met above, with its changes by rows of `spliced`.
  let rest: [(number: Int, changes: [LatentChange])]
  /// The tensors that these read or make again below that point or at it.
  let known: MetTensors
  /// By autoencoder, those of `rest` still to come.
  let receipts: [InterventionReceipt]
}

extension SpliceChain {
  /// Makes the changes of the lowest autoencoder on the context's own run; what changes nothing, as
  /// a feature that is put to zero where it is not active, is passed over.
  func start(
    on context: ResidentContext, continuation: [Int] = [], cancellation: Cancellation
  ) throws -> SpliceStart {
    let rowCount = context.tokenCount + continuation.count
    let changes = changes.indices.map {
      latentChanges(
        $0, promptRows: 0..<context.tokenCount, generatedRows: context.tokenCount..<rowCount)
    }
    var receipts = changes.map { _ in InterventionReceipt() }
    var rest = order.filter { firstRow(of: changes[$0]) != nil }
    while rest.count > 1 {
      let number = rest.removeFirst()
      let point = try self.point(number, context, continuation, cancellation)
      let changed = try self.changes[number].autoencoder.splice(
        point.rows, code: point.code, changes: point.covered(changes[number]), splice: splice,
        turned: nil, receipt: &receipts[number], cancellation: cancellation)
      let difference = changed.stream - point.stream
      let same = difference.rowDots(difference).prefix { $0 == 0 }.count
      if splice.errorTerm == .keep, same == rowCount { continue }
      let first = context.cache.spans.start(
        of: rest.compactMap { firstRow(of: changes[$0]) }.reduce(same) { min($0, $1) })
      let rows = first..<rowCount
      let tail = SiteInput(
        made: changed.made.slice(rows: rows), stream: changed.stream.slice(rows: rows))
      return SpliceStart(
        point: point,
        spliced: SplicedResidual(start: first, residual: tail.stream, receipt: receipts[number]),
        rest: rest.map { ($0, changes[$0].map { $0.startingAt(first) }) },
        known: try known(
          of: rest, behind: point, rows: rows, changed: tail, context, continuation, cancellation),
        receipts: receipts)
    }
    let number = rest.first ?? order[order.count - 1]
    let point = try point(number, context, continuation, cancellation)
    let spliced = try point.applying(
      changes[number], splice: splice, turned: turned, cancellation: cancellation)
    receipts[number] = spliced.receipt
    return SpliceStart(
      point: point, spliced: spliced, rest: [], known: MetTensors(), receipts: receipts)
  }

  private func point(
    _ number: Int, _ context: ResidentContext, _ continuation: [Int], _ cancellation: Cancellation
  ) throws -> SplicePoint {
    try SplicePoint(
      context, autoencoder: changes[number].autoencoder, continuation: continuation,
      cancellation: cancellation)
  }

  /// What autoencoders that write higher read or make again below a splice, or at its point, of
  /// some rows.
  private func known(
    of rest: [Int], behind splice: SplicePoint, rows: Range<Int>, changed: SiteInput,
    _ context: ResidentContext, _ continuation: [Int], _ cancellation: Cancellation
  ) throws -> MetTensors {
    let site = splice.autoencoder.site
    var known = MetTensors()
    for number in rest
    where changes[number].autoencoder.site.taps.contains(where: { $0.point <= site.write }) {
      let own = try point(number, context, continuation, cancellation).rows
      known.take(own.slice(rows: rows), upTo: site.write)
    }
    known.change(at: site, from: splice.stream.slice(rows: rows), to: changed)
    return known
  }

  /// The output of the last block at some rows of a context and a continuation, `[rows.count, D]`,
  /// with the changes made. Rows before the first change are the model's own and do not run again.
  func outputs(
    on context: ResidentContext, continuation: [Int], rows: Range<Int>, cancellation: Cancellation
  ) throws -> (outputs: Matrix, receipts: [InterventionReceipt]) {
    let start = try start(on: context, continuation: continuation, cancellation: cancellation)
    let (point, spliced) = (start.point, start.spliced)
    let plain = rows.clamped(to: rows.lowerBound..<max(spliced.start, rows.lowerBound))
    guard !start.rest.isEmpty, !plain.contains(rows.upperBound - 1) else {
      return (
        try point.outputs(of: spliced, rows: rows, cancellation: cancellation), start.receipts
      )
    }
    var receipts = start.receipts
    var outputs = try point.plainOutputs(at: plain, cancellation: cancellation)
    var cache = point.cache(before: spliced)
    let new = try forward(
      spliced.residual, from: point.above.lowerBound, through: start.rest, known: start.known,
      rows: point.rowCount - plain.upperBound, decoder: context.decoder, cache: &cache,
      receipts: &receipts, cancellation: cancellation)
    outputs.append(new.slice(rows: 0..<rows.upperBound - plain.upperBound))
    return (outputs, receipts)
  }
}

extension SplicePoint {
  /// Keys and values for a run of changed rows, those of the blocks above up to the first of them.
  func cache(before spliced: SplicedResidual) -> KeyValueCache {
    var cache = cache
    let changed = above.attentionBlocks
    cache.replace(blocks: changed, from: cache.prefix(tokens: spliced.start, blocks: changed))
    return cache
  }
}
