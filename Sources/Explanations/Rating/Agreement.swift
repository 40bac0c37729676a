/// How far two raters agree beyond chance: Cohen's κ (A coefficient of agreement for nominal
/// scales, 1960), κ = (p_o − p_e) / (1 − p_e), where p_o is the share of items with equal answers
/// and p_e what it would be by chance, Σ p₁(answer) · p₂(answer).
package struct Agreement: Sendable, Equatable {
  /// nil where both gave one and the same answer to every item, and without items.
  package let kappa: Double?
  /// Items that both answered.
  package let count: Int

  package init<Answer: Hashable>(_ pairs: [(Answer, Answer)]) {
    count = pairs.count
    var (first, second): ([Answer: Int], [Answer: Int]) = ([:], [:])
    for (one, other) in pairs {
      first[one, default: 0] += 1
      second[other, default: 0] += 1
    }
    // In whole numbers: κ = (n · equal − Σ) / (n² − Σ), Σ of products of counts.
    let equal = pairs.count { $0.0 == $0.1 }
    let chance = first.reduce(0) { $0 + $1.value * second[$1.key, default: 0] }
    let rest = count * count - chance
    kappa = rest == 0 ? nil : Double(count * equal - chance) / Double(rest)
  }
}
