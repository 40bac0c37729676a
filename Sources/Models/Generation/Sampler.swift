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
    let order = Self.descending(weights)
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

  /// The places of weights that are not below zero, by falling weight; ties by place, so that the
  /// nucleus is the same on every machine. By their digits, as comparing the words of a large
  /// vocabulary takes longer than the words' exponentials.
  private static func descending(_ weights: [Double]) -> [Int] {
    guard weights.count > leastByDigits else {
      return weights.indices.sorted { (weights[$1], $0) < (weights[$0], $1) }
    }
    // Bits of numbers of one sign compare as the numbers do.
    let keys = weights.map { ~$0.bitPattern }
    var (order, next) = (Array(keys.indices), Array(keys.indices))
    for shift in stride(from: 0, to: 64, by: 16) {
      var ends = [Int](repeating: 0, count: 1 << 16)
      for key in keys { ends[Int(key >> shift & 0xffff)] += 1 }
      var sum = 0
      for digit in ends.indices { (ends[digit], sum) = (sum, sum + ends[digit]) }
      for place in order {
        let digit = Int(keys[place] >> shift & 0xffff)
        next[ends[digit]] = place
        ends[digit] += 1
      }
      swap(&order, &next)
    }
    return order
  }

  /// Below it a table of all digits costs more than it saves.
  private static let leastByDigits = 1 << 14
}
