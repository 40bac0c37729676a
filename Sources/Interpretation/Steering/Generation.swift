import Glibc
package import Models
package import Tensors

/// How a continuation is drawn.
package struct GenerationOptions: Sendable {
  package var maxTokens: Int
  package var sampling: SamplingOptions
  /// Texts that end the continuation; they are not part of it.
  package var stop: [String]

  package init(maxTokens: Int, sampling: SamplingOptions = .greedy, stop: [String] = []) {
    self.maxTokens = maxTokens
    self.sampling = sampling
    self.stop = stop
  }
}

/// A continuation of a context.
package struct Generation: Sendable {
  package struct Token: Sendable, Equatable {
    package let id: Int
    /// The text this token completes; characters that span tokens come with the last of them.
    package let text: String
    /// Log-probability under the run that drew it, in nats.
    package let logProbability: Float
  }
  package enum Finish: String, Sendable { case stop, length }

  package var text: String
  package var tokens: [Token]
  package var finish: Finish
  /// KL(steered ‖ plain) in nats of the next-token distributions, by generated token, both runs having
  /// read the same text.
  package var divergences: [Float]
  package var receipt: InterventionReceipt
}

extension ResidentContext {
  /// Continues the context; the context itself does not change.
  ///
  /// - Parameters:
  ///   - comparing: whether a run without steering reads the same tokens, for the divergences.
  ///   - emit: called with each token as it is drawn.
  package func generate(
    _ options: GenerationOptions, steering: Steering? = nil, comparing: Bool = false,
    emit: (Generation.Token) -> Void, cancellation: Cancellation
  ) throws -> Generation {
    var run = try SteeredDecoding(self, steering: steering, cancellation: cancellation)
    var plain =
      comparing ? try SteeredDecoding(self, steering: nil, cancellation: cancellation) : nil
    var sampler = Sampler(options.sampling)
    var text = model.textStream(stop: options.stop)
    var result = Generation(
      text: "", tokens: [], finish: .length, divergences: [], receipt: InterventionReceipt())
    while result.tokens.count < options.maxTokens {
      try cancellation.check()
      let choice = try sampler.choose(run.logits)
      let token = choice.token
      if let plain { result.divergences.append(divergence(run.logits, from: plain.logits)) }
      if model.isStop(token) {
        result.finish = .stop
        break
      }
      let drawn = Generation.Token(
        id: token, text: text.append(token),
        logProbability: choice.logProbability)
      result.tokens.append(drawn)
      emit(drawn)
      if text.isStopped {
        result.finish = .stop
        break
      }
      guard result.tokens.count < options.maxTokens else { break }
      try run.advance(token, cancellation: cancellation)
      try plain?.advance(token, cancellation: cancellation)
    }
    result.text = text.finish()
    result.receipt = run.receipt
    return result
  }
}

/// KL(p ‖ q) in nats of the distributions of two rows of logits.
package func divergence(_ p: [Float], from q: [Float]) -> Float {
  let (normP, normQ) = (Double(logSumExp(p)), Double(logSumExp(q)))
  var sum = 0.0
  for (a, b) in zip(p, q) {
    let logP = Double(a) - normP
    let probability = exp(logP)
    if probability > 0 { sum += probability * (logP - (Double(b) - normQ)) }
  }
  return Float(max(0, sum))
}
