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
    let total = weights.reduce(0, +)
    var order = FallingOrder(weights)
    var (count, mass) = (weights.count, total)
    if options.topP < 1 {
      (count, mass) = (0, 0)
      while count < weights.count, mass < Double(options.topP) * total {
        mass += weights[order.place(at: count)]
        count += 1
      }
    }
    var point = random.nextUnit() * mass
    for rank in 0..<count {
      let place = order.place(at: rank)
      point -= weights[place]
      if point < 0 { return place }
    }
    return order.place(at: count - 1)
  }
}
