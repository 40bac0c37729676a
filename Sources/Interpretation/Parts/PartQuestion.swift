/// How the shares of a context's parts are measured.
package struct PartQuestion: Sendable, Equatable {
  package enum Method: Sendable {
    /// The target's fall when all of a part's features go to zero together.
    case ablation
    /// The parts' Shapley values: the mean of what a part's features add, over all
    /// orders in which the parts could be put back. Exact, by a run for every subset;
    /// the values add up by construction.
    case shapley
    /// The sum of the first-order scores of a part's features.
    case sum
  }
  package let method: Method
  /// Nil for the context's own parts.
  package let parts: [ContextPart]?

  package init(method: Method = .ablation, parts: [ContextPart]? = nil) {
    self.method = method
    self.parts = parts
  }

  /// The most parts that Shapley values are measured for: 2^6 runs.
  package static let shapleyLimit = 6
  /// The most parts that are named in one question.
  package static let partLimit = 64

  /// How many runs the question takes at most, to be told or refused beforehand; refuses parts
  /// that do not fit the method.
  package func runLimit(in context: ResidentContext) throws(InterpretationError) -> Int {
    let parts = parts ?? context.parts
    try check(parts)
    let shared = 4  // nothing, all parts, all features, the bias alone
    return switch method {
    case .ablation: parts.count + shared
    case .shapley: (1 << parts.count) + shared
    case .sum: shared
    }
  }

  /// Refuses parts that do not fit the method.
  func check(_ parts: [ContextPart]) throws(InterpretationError) {
    guard !parts.isEmpty, parts.count <= Self.partLimit else {
      throw .badValue("parts has \(parts.count) regions, expected 1 to \(Self.partLimit)")
    }
    var names = Set<String>()
    for part in parts where !names.insert(part.name).inserted {
      throw .badValue("two parts have the name \"\(part.name)\"")
    }
    guard method == .shapley else { return }
    guard parts.count <= Self.shapleyLimit else {
      throw .badValue(
        "Shapley values of \(parts.count) parts would take 2^\(parts.count) runs: name at most "
          + "\(Self.shapleyLimit) regions")
    }
    for (index, part) in parts.enumerated() {
      let own = Set(part.positions.joined())
      for other in parts.dropFirst(index + 1) {
        if let both = other.positions.joined().first(where: own.contains) {
          throw .badValue(
            "the parts \"\(part.name)\" and \"\(other.name)\" share position \(both): Shapley "
              + "values "
              + "need parts that do not overlap")
        }
      }
    }
  }
}
