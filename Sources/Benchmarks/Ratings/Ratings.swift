/// What a judge rates a text for, that a model wrote while a feature was changed.
///
/// The three of AxBench (Wu et al. 2025), which are asked for one by one.
package enum RatedQuality: String, Sendable, Hashable, CaseIterable {
  /// How far the text brings in the concept that was steered towards.
  case concept
  /// How far it still answers what was asked.
  case instruction
  /// How well it reads.
  case fluency
}

/// A judge's ratings of one text, each 0, 1 or 2.
package struct Ratings: Sendable, Equatable {
  package static let scale = 0...2

  private var values: [RatedQuality: Int] = [:]

  package init(_ values: [RatedQuality: Int] = [:]) { self.values = values }

  package subscript(quality: RatedQuality) -> Int? {
    get { values[quality] }
    set { values[quality] = newValue }
  }

  /// The harmonic mean of the three, and 0 where one of them is: a text that is about the concept
  /// alone, or that cannot be read, is worth nothing. nil until all are there.
  package var score: Double? {
    let found = RatedQuality.allCases.compactMap { values[$0] }
    guard found.count == RatedQuality.allCases.count else { return nil }
    guard !found.contains(0) else { return 0 }
    return Double(found.count) / found.reduce(0) { $0 + 1 / Double($1) }
  }
}
