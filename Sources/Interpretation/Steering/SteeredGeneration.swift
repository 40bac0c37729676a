import Checkpoints
import Glibc
package import Models
package import Tensors

/// A continuation of a context and what steering did to it.
package struct SteeredGeneration: Sendable {
  package let generation: Generation
  /// KL(plain ‖ steered) in nats of the next-token distributions, by generated token, both runs
  /// having read the same text; empty when not asked for.
  package let divergences: [Float]
  /// Of all autoencoders together.
  package let receipt: InterventionReceipt
  /// By autoencoder, in the order of the chain's changes.
  package let receipts: [InterventionReceipt]
}

extension ResidentContext {
  /// Continues the context; the context itself does not change.
  ///
  /// - Parameters:
  ///   - comparing: whether a run without steering reads the same tokens, for the divergences.
  ///   - onToken: hears of each token as it is drawn.
  package func generate(
    _ options: GenerationOptions, steering: Steering? = nil, comparing: Bool = false,
    onToken: (Generation.Token) throws -> Void = { _ in }, cancellation: Cancellation
  ) throws -> SteeredGeneration {
    var run = try SteeredDecoding(self, steering: steering, cancellation: cancellation)
    var plain =
      comparing ? try SteeredDecoding(self, steering: nil, cancellation: cancellation) : nil
    var divergences = plain.map { [divergence($0.logits, from: run.logits)] } ?? []
    var generator = Generator(model.tokenizer, options: options)
    let room = decoder.contextLength - tokenCount
    var fed = 0
    let generation = try generator.run(
      from: run.logits, cancellation: cancellation,
      step: { token in
        guard fed < room else { return nil }
        fed += 1
        try run.advance(token, cancellation: cancellation)
        try plain?.advance(token, cancellation: cancellation)
        if let plain { divergences.append(divergence(plain.logits, from: run.logits)) }
        return run.logits
      }, onToken: { token, _ in try onToken(token) })
    return SteeredGeneration(
      generation: generation, divergences: Array(divergences.prefix(generation.tokens.count)),
      receipt: run.receipt, receipts: run.receipts)
  }
}

/// KL(p ‖ q) in nats of the distributions of two rows of logits.
package func divergence(_ p: [Float], from q: [Float]) -> Float {
  let (normP, normQ) = (Double(logSumExp(p)), Double(logSumExp(q)))
  var sum = 0.0
  for (a, b) in zip(p, q) {
    let logP = Double(a) - normP
    sum += exp(logP) * (logP - (Double(b) - normQ))
  }
  return Float(max(0, sum))
}
