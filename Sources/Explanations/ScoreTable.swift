/// Means of scores by kind of concept, as in the paper's tables.
///
/// What was asked about and has no score is counted in every mean over all, as 0, and has a row of
/// its own: uninterpretable, failed, unmatched.
package struct ScoreTable: Sendable, Equatable {
  /// A latent that was asked about.
  package struct Entry: Sendable {
    package var group: Group
    /// The newest of each measure.
    package var scores: [String: (value: Double, baseline: Double?)]

    package init(group: Group, scores: [String: (value: Double, baseline: Double?)]) {
      self.group = group
      self.scores = scores
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
    package var baseline: Double?
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

  /// The paper's kinds first, in its order.
  private static let order = ["scene", "object", "part", "material", "texture", "colour", "color"]

  /// - Parameter kinds: the measures, in the order in which they are shown.
  package init(_ entries: [Entry], kinds: [String]) {
    func row(_ name: String, _ entries: [Entry]) -> Row {
      Row(name: name, count: entries.count, means: kinds.compactMap { Mean($0, of: entries) })
    }
    var groups: [Group: [Entry]] = [:]
    for entry in entries { groups[entry.group.row, default: []].append(entry) }
    func place(_ group: Group) -> (Int, String) {
      switch group {
      case .explained(let concept?):
        (Self.order.firstIndex(of: concept) ?? Self.order.count, concept)
      case .explained(nil): (Self.order.count + 1, "")
      case .uninterpretable: (Self.order.count + 2, "")
      case .failed: (Self.order.count + 3, "")
      case .unmatched: (Self.order.count + 4, "")
      }
    }
    rows = groups.sorted { place($0.key) < place($1.key) }.map { row($0.key.name, $0.value) }
    total = row("total", entries)
  }
}

extension ScoreTable.Mean {
  /// nil where no entry has the measure.
  fileprivate init?(_ kind: String, of entries: [ScoreTable.Entry]) {
    let found = entries.compactMap { $0.scores[kind] }
    guard !found.isEmpty else { return nil }
    let sum = found.reduce(0) { $0 + $1.value }
    let baselines = found.compactMap(\.baseline)
    self.init(
      kind: kind, value: sum / Double(found.count),
      baseline: baselines.isEmpty ? nil : baselines.reduce(0, +) / Double(baselines.count),
      overAll: sum / Double(entries.count), count: found.count)
  }
}
