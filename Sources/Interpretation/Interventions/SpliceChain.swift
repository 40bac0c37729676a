import Autoencoders
import Checkpoints
import Models
import Tensors

/// Changes of the features of one autoencoder, or of several in one run.
///
/// A run meets them in the order of the points at which they write, one of the vision tower before
/// those of the embeddings; at one point in the order of what they make, then of what they read,
/// then as they were given. Each code is that of the run as
/// the earlier ones have changed it: an activation is clamped, raised or scaled from what it is
/// there, and the error term is what the autoencoder leaves of that run. One that reads below an
/// earlier one's point and writes above it has read what was there before.
package struct SpliceChain: Sendable {
  /// One an autoencoder.
  package let changes: [FeatureChanges]
  package let splice: Splice
  /// Where the change goes instead, as far as it would: a control, of one autoencoder.
  let turned: RandomDirection?
  /// Numbers of `changes` in the order in which a run meets them.
  let order: [Int]

  package init(_ changes: [FeatureChanges], splice: Splice) {
    self.init(changes, splice: splice, turned: nil)
  }

  init(_ changes: [FeatureChanges], splice: Splice, turned: RandomDirection?) {
    precondition(!changes.isEmpty, "a splice without an autoencoder")
    precondition(turned == nil || changes.count == 1, "one direction for several autoencoders")
    self.changes = changes
    self.splice = splice
    self.turned = turned
    let sites = changes.map(\.autoencoder.site)
    order = changes.indices.sorted {
      let (a, b) = (sites[$0], sites[$1])
      if (a.towerLayer == nil) != (b.towerLayer == nil) { return a.towerLayer != nil }
      return (a.write, a.output, a.input, $0) < (b.write, b.output, b.input, $1)
    }
  }

  /// Of the autoencoders in the order in which a run meets them.
  var names: [String] { order.map { changes[$0].autoencoder.name } }

  /// Those of the decoder's blocks: nothing of a generated position is in a vision tower.
  var inDecoder: [Int] { order.filter { changes[$0].autoencoder.site.towerLayer == nil } }

  /// Refuses an autoencoder that is named twice, an index outside of a dictionary, and sites of
  /// which one does not reach the other in a run of several.
  func check() throws(InterpretationError) {
    try changes.map(\.autoencoder).checkDistinct()
    try checkSites()
    for change in changes {
      for intervention in change.interventions {
        try change.autoencoder.check(latent: intervention.latent)
      }
    }
  }

  private func checkSites() throws(InterpretationError) {
    let towers = changes.filter { $0.autoencoder.site.towerLayer != nil }.map(\.autoencoder.name)
    if towers.count > 1 {
      throw .badValue(
        "\(towers.joined(separator: ", ")) are of the vision tower: features of one autoencoder of "
          + "it can be changed in one run")
    }
    let sites = changes.map(\.autoencoder.site)
    for heads in sites where heads.towerLayer == nil && heads.output.place == .attentionHeads {
      if let module = sites.flatMap(\.taps).first(where: {
        $0.place == .attentionModule && $0.block == heads.output.block
      }) {
        throw .badValue(
          "\(heads.output.name) reaches \(module.name) through o_proj, which no run of several "
            + "autoencoders follows: change the features of one of them")
      }
    }
  }

  /// Whether a generated position differs from the model's own run.
  var changesGenerated: Bool {
    inDecoder.contains { number in
      splice.errorTerm == .drop
        || changes[number].interventions.contains { $0.coversGenerated }
    }
  }

  /// The changes of one autoencoder's code in a run of some of the prompt's rows and of generated
  /// ones.
  func latentChanges(
    _ number: Int, promptRows: Range<Int>, generatedRows: Range<Int>
  ) -> [LatentChange] {
    changes[number].interventions.map {
      $0.change(promptRows: promptRows, generatedRows: generatedRows)
    }
  }

  /// The first row that a change may make different; nil for none.
  func firstRow(of changes: [LatentChange]) -> Int? {
    splice.errorTerm == .drop ? 0 : changes.compactMap(\.firstRow).min()
  }
}

extension SpliceChain {
  /// Runs x `[t, D]`, the residual stream at a point, through the changes of `rest` on the way to
  /// the end.
  ///
  /// - Parameters:
  ///   - rest: numbers of what is met from there on, in order, each with what is changed of its
  ///     code by rows of x.
  ///   - known: the tensors of these rows that were met below that point or at it.
  ///   - rows: n, how many of the last rows are asked for.
  /// - Returns: the raw output of the last block, `[n, D]`.
  func forward(
    _ x: Matrix, from point: StreamPoint, through rest: [(number: Int, changes: [LatentChange])],
    known: MetTensors = MetTensors(), rows n: Int, decoder: Decoder, cache: inout KeyValueCache,
    receipts: inout [InterventionReceipt], cancellation: Cancellation
  ) throws -> Matrix {
    let rest = rest.compactMap { number, changes in
      firstRow(of: changes).map { (number: number, changes: changes, first: $0) }
    }
    var (stream, place, known) = (x, point, known)
    for (index, next) in rest.enumerated() {
      let autoencoder = changes[next.number].autoencoder
      let wanted = rest[index...].reduce(into: Set<Site>()) {
        $0.formUnion(changes[$1.number].autoencoder.site.taps)
      }
      var tap = SiteTap(wanted.subtracting(known.sites))
      stream = try decoder.forward(
        stream, over: place..<autoencoder.site.write, cache: &cache, tap: &tap,
        cancellation: cancellation)
      place = autoencoder.site.write
      known.take(tap, stream: stream, at: place)
      let own = known.rows(at: autoencoder.site, stream: stream, decoder: decoder)
      let changing = own.slice(rows: next.first..<own.count)
      let changed = try autoencoder.splice(
        changing,
        code: autoencoder.weights.encode(changing.input, cancellation: cancellation),
        changes: next.changes.map { $0.startingAt(next.first) }, splice: splice, turned: turned,
        receipt: &receipts[next.number], cancellation: cancellation)
      let whole = own.input(changed, from: next.first)
      known.change(at: autoencoder.site, from: own.stream, to: whole)
      stream = whole.stream
    }
    var tap = SiteTap()
    return try decoder.forward(
      stream, over: place..<decoder.end, cache: &cache, rows: n, tap: &tap,
      cancellation: cancellation)
  }
}

extension SiteRows {
  /// These rows with others from row `start` on.
  fileprivate func input(_ changed: SiteInput, from start: Int) -> SiteInput {
    if start == 0 { return changed }
    return SiteInput(
      made: Matrix(stacking: [output.slice(rows: 0..<start), changed.made]),
      stream: Matrix(stacking: [stream.slice(rows: 0..<start), changed.stream]))
  }
}
