/// Means of scores by kind of concept, as in the paper's tables.
///
/// What was asked about and has no score is counted in every mean over all, as 0, and has a row of
/// its own: uninterpretable, failed, unmatched.
package struct ScoreTable: Sendable, Equatable {
  /// A latent that was asked about.
  package struct Entry: Sendable {
    package var group: Group
    /// The newest of each measure.
    package var scores: [String: Score]

    package init(group: Group, scores: [String: Score]) {
      self.group = group
      self.scores = scores
    }
  }

  /// One measure of a latent.
  package struct Score: Sendable, Equatable {
    package var value: Double
    /// What chance gives: a mean over random draws.
    package var baseline: Double?
    /// The standard deviation over these draws.
    package var baselineDeviation: Double?

    package init(value: Double, baseline: Double? = nil, baselineDeviation: Double? = nil) {
      self.value = value
      self.baseline = baseline
      self.baselineDeviation = baselineDeviation
    }
  }

  package enum Group: Sendable, Hashable {
    /// An explanation of a concept's kind; nil where nobody said which.
    case explained(concept: String?)
    case uninterpretable
    case failed
    /// What the explanation names cannot be looked for.
    case unmatched

    /// The group in whose row it is counted: what is of no kind is where nobody said which.
    fileprivate var row: Group {
      self == .explained(concept: "other") ? .explained(concept: nil) : self
    }

    package var name: String {
      switch self {
      case .explained(let concept): concept ?? "other"
      case .uninterpretable: "uninterpretable"
      case .failed: "failed"
      case .unmatched: "unmatched"
      }
    }
  }

  package struct Mean: Sendable, Equatable {
    package var kind: String
    package var value: Double
    /// The standard deviation of values over the latents that were scored.
    package var deviation: Double
    package var baseline: Double?
    /// The standard deviation of the baseline over random draws, as in the brackets of the paper's
    /// table: of a mean over latents whose draws are independent, √(Σ σ²) / n. nil where a latent's
    /// is not known.
    package var baselineDeviation: Double?
    /// Over all that was asked about, without a score as 0.
    package var overAll: Double
    /// Latents that were scored.
    package var count: Int
  }

  package struct Row: Sendable, Equatable {
    package var name: String
    package var count: Int
    package var means: [Mean]
  }

  package let rows: [Row]
  /// Over all rows.
  package let total: Row

  /// - Parameter kinds: the measures, in the order in which they are shown.
  package init(_ entries: [Entry], kinds: [String]) {
    func row(_ name: String, _ entries: [Entry]) -> Row {
      Row(name: name, count: entries.count, means: kinds.compactMap { Mean($0, of: entries) })
    }
    var groups: [Group: [Entry]] = [:]
    for entry in entries { groups[entry.group.row, default: []].append(entry) }
    rows = groups.sorted { $0.key < $1.key }.map { row($0.key.name, $0.value) }
    total = row("total", entries)
  }
}

extension ScoreTable.Group: Comparable {
  /// The paper's kinds first, in its order.
  private static let order = ["scene", "object", "part", "material", "texture", "colour", "color"]

  private var place: (Int, String) {
    switch self {
    case .explained(let concept?): (Self.order.firstIndex(of: concept) ?? 100, concept)
    case .explained(nil): (101, "")
    case .uninterpretable: (102, "")
    case .failed: (103, "")
    case .unmatched: (104, "")
    }
  }

  package static func < (one: Self, other: Self) -> Bool { one.place < other.place }
}

extension ScoreTable.Mean {
  /// nil where no entry has the measure.
  fileprivate init?(_ kind: String, of entries: [ScoreTable.Entry]) {
    let found = entries.compactMap { $0.scores[kind] }
    guard !found.isEmpty else { return nil }
    let count = Double(found.count)
    let sum = found.reduce(0) { $0 + $1.value }
    let mean = sum / count
    let squares = found.reduce(0) { $0 + ($1.value - mean) * ($1.value - mean) }
    let baselines = found.compactMap(\.baseline)
    let spreads = found.compactMap(\.baselineDeviation)
    self.init(
      kind: kind, value: mean, deviation: (squares / count).squareRoot(),
      baseline: baselines.isEmpty ? nil : baselines.reduce(0, +) / Double(baselines.count),
      baselineDeviation: spreads.count == found.count
        ? spreads.reduce(0) { $0 + $1 * $1 }.squareRoot() / count : nil,
      overAll: sum / Double(entries.count), count: found.count)
  }
}
