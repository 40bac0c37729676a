internal import Glibc
import Randomness
import Tensors

/// Chooses tokens from logits; a function of its options and of the logits it has seen.
package struct Sampler: Sendable {
  /// A chosen token and its log-probability under the model itself, whatever the temperature.
  package struct Choice: Sendable, Equatable {
    package let token: Int
    package let logProbability: Float
  }

  private let options: SamplingOptions
  private var random: SplitMix64

  package init(_ options: SamplingOptions = .greedy) {
    self.options = options
    random = SplitMix64(seed: options.seed)
  }

  /// The next token from logits `[V]`. Throws `ModelError.nonFinite` when one is not finite.
  package mutating func choose(_ logits: [Float]) throws(ModelError) -> Choice {
    if let token = logits.firstIndex(where: { !$0.isFinite }) {
      throw .nonFinite(what: "the vector of logits", row: token)
    }
    guard !logits.isEmpty else { throw .emptyPrompt }
    let token = options.temperature == 0 ? argmax(logits) ?? 0 : draw(logits)
    return Choice(token: token, logProbability: logits[token] - logSumExp(logits))
  }

  /// Draws from softmax(logits / temperature), cut to the nucleus of `topP`.
  private mutating func draw(_ logits: [Float]) -> Int {
    let peak = Double(logits.max() ?? 0)
    let weights = logits.map { exp((Double($0) - peak) / Double(options.temperature)) }
    // Ties by id, so that the nucleus is the same on every machine.
    let order = weights.indices.sorted { (weights[$1], $0) < (weights[$0], $1) }
    let total = weights.reduce(0, +)
    var nucleus = 0.0
    var count = 0
    for index in order {
      nucleus += weights[index]
      count += 1
      if nucleus >= Double(options.topP) * total { break }
    }
    var point = random.nextUnit() * nucleus
    for index in order.prefix(count) {
      point -= weights[index]
      if point < 0 { return index }
    }
    return order[count - 1]
  }
}
