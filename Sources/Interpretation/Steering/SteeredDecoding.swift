import Models
package import Tensors

/// What changes the residual stream while tokens are generated.
package struct Steering: Sendable {
  package let chain: SpliceChain

  /// - Parameter turned: where the change goes instead, as far as it would: a control.
  package init(
    autoencoder: LoadedAutoencoder, interventions: [Intervention], splice: Splice,
    turned: RandomDirection? = nil
  ) {
    chain = SpliceChain(
      [FeatureChanges(of: autoencoder, interventions)], splice: splice, turned: turned)
  }

  /// Several autoencoders in one run.
  package init(_ chain: SpliceChain) { self.chain = chain }
}

/// A context's continuation, token by token, with or without steering.
///
/// What lies below the lowest site goes on from the context's keys and values; the blocks above it
/// have their own, made from the changed residual.
package struct SteeredDecoding {
  private let decoder: Decoder
  private let chain: SpliceChain?
  private var cache: KeyValueCache
  /// The logits `[V]` that predict the next token.
  package private(set) var logits: [Float]
  /// By autoencoder, in the order of the chain's changes.
  package private(set) var receipts: [InterventionReceipt] = []
  /// Forward passes in which the residual was changed somewhere.
  private var passes = 0
  /// Whether every position, generated ones too, is as in the model's own run.
  package private(set) var isPlain = true

  /// Of all autoencoders.
  package var receipt: InterventionReceipt {
    InterventionReceipt(adding: receipts, passes: passes)
  }

  package init(_ context: ResidentContext, steering: Steering?, cancellation: Cancellation) throws {
    decoder = context.decoder
    chain = steering?.chain
    cache = context.cache
    guard let chain else {
      logits = try context.logits(at: context.tokenCount - 1)
      return
    }
    try chain.check()
    let start = try chain.start(on: context, cancellation: cancellation)
    receipts = start.receipts
    isPlain = start.spliced.start == context.tokenCount && !chain.changesGenerated
    guard start.spliced.start < context.tokenCount else {
      logits = try context.logits(at: context.tokenCount - 1)
      return
    }
    cache = start.point.cache(before: start.spliced)
    let outputs = try chain.forward(
      start.spliced.residual, from: start.point.above.lowerBound, through: start.rest,
      known: start.known, rows: 1, decoder: decoder, cache: &cache, receipts: &receipts,
      cancellation: cancellation)
    passes = receipts.map(\.passes).max() ?? 0
    logits = try decoder.logits(outputs).row(0)
    try checkLogits()
  }

  /// Feeds a token and computes the logits after it.
  package mutating func advance(_ token: Int, cancellation: Cancellation) throws {
    var x = decoder.embed([token])
    if let chain {
      let known = receipts.reduce(0) { $0 + $1.passes }
      x = try chain.forward(
        x, from: .input(of: 0),
        through: chain.inDecoder.map {
          ($0, chain.latentChanges($0, promptRows: 0..<0, generatedRows: 0..<1))
        }, rows: 1, decoder: decoder, cache: &cache, receipts: &receipts,
        cancellation: cancellation)
      if receipts.reduce(0, { $0 + $1.passes }) > known { passes += 1 }
    } else {
      x = try decoder.forward(
        x, blocks: 0..<decoder.blockCount, cache: &cache, cancellation: cancellation)
    }
    logits = try decoder.logits(x).row(0)
    try checkLogits()
  }

  private func checkLogits() throws {
    if logits.contains(where: { !$0.isFinite }) {
      throw InterpretationError.nonFinite("a logit of the steered run")
    }
  }
}
