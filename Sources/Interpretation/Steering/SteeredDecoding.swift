import Autoencoders
import Models
package import Tensors

/// What changes the residual stream while tokens are generated.
package struct Steering: Sendable {
  package let autoencoder: LoadedAutoencoder
  package let interventions: [Intervention]
  package let splice: Splice
  /// Where the change goes instead, as far as it would: a control.
  package let turned: RandomDirection?

  package init(
    autoencoder: LoadedAutoencoder, interventions: [Intervention], splice: Splice,
    turned: RandomDirection? = nil
  ) {
    self.autoencoder = autoencoder
    self.interventions = interventions
    self.splice = splice
    self.turned = turned
  }

  /// Whether a generated position differs from the model's own run.
  var changesGenerated: Bool {
    // Nothing of a generated position is in a vision tower.
    autoencoder.site.towerLayer == nil
      && (splice.errorTerm == .drop || interventions.contains { $0.coversGenerated })
  }
}

/// A context's continuation, token by token, with or without steering.
///
/// What lies below the site goes on from the context's keys and values; the blocks above it have
/// their own, made from the changed residual.
package struct SteeredDecoding {
  private let decoder: Decoder
  private let steering: Steering?
  private var cache: KeyValueCache
  /// The logits `[V]` that predict the next token.
  package private(set) var logits: [Float]
  package private(set) var receipt = InterventionReceipt()
  /// Whether every position, generated ones too, is as in the model's own run.
  package private(set) var isPlain = true

  package init(_ context: ResidentContext, steering: Steering?, cancellation: Cancellation) throws {
    decoder = context.decoder
    self.steering = steering
    guard let steering else {
      cache = context.cache
      logits = try context.logits(at: context.tokenCount - 1)
      return
    }
    for intervention in steering.interventions {
      try steering.autoencoder.check(latent: intervention.latent)
    }
    let point = try SplicePoint(
      context, autoencoder: steering.autoencoder, cancellation: cancellation)
    let spliced = try point.applying(
      steering.interventions.map {
        $0.change(promptRows: 0..<point.rowCount, generatedRows: 0..<0)
      }, splice: steering.splice, turned: steering.turned, cancellation: cancellation)
    receipt = spliced.receipt
    cache = context.cache
    isPlain = spliced.start == point.rowCount && !steering.changesGenerated
    guard spliced.start < point.rowCount else {
      logits = try context.logits(at: context.tokenCount - 1)
      return
    }
    let changed = point.above.attentionBlocks
    cache.replace(blocks: changed, from: cache.prefix(tokens: spliced.start, blocks: changed))
    var tap = SiteTap()
    let outputs = try decoder.forward(
      spliced.residual, over: point.above, cache: &cache, rows: 1, tap: &tap,
      cancellation: cancellation)
    logits = decoder.logits(outputs).row(0)
    try checkLogits()
  }

  /// Feeds a token and computes the logits after it.
  package mutating func advance(_ token: Int, cancellation: Cancellation) throws {
    var x = decoder.embed([token])
    if let steering, steering.changesGenerated {
      let site = steering.autoencoder.site
      let rows = try decoder.rows(at: site, of: x, cache: &cache, cancellation: cancellation)
      var tap = SiteTap()
      x = try decoder.forward(
        changed(rows, steering, cancellation: cancellation), over: site.write..<decoder.end,
        cache: &cache, tap: &tap, cancellation: cancellation)
    } else {
      x = try decoder.forward(
        x, blocks: 0..<decoder.blockCount, cache: &cache, cancellation: cancellation)
    }
    logits = decoder.logits(x).row(0)
    try checkLogits()
  }

  private mutating func changed(
    _ rows: SiteRows, _ steering: Steering, cancellation: Cancellation
  ) throws -> Matrix {
    try steering.autoencoder.splice(
      rows, code: rows.code(by: steering.autoencoder.weights, cancellation: cancellation),
      changes: steering.interventions.map {
        $0.change(promptRows: 0..<0, generatedRows: 0..<1)
      }, splice: steering.splice, turned: steering.turned, receipt: &receipt,
      cancellation: cancellation)
  }

  private func checkLogits() throws {
    if logits.contains(where: { !$0.isFinite }) {
      throw InterpretationError.nonFinite("a logit of the steered run")
    }
  }
}
