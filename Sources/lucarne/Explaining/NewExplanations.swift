import FeatureIndex
import Reports

/// What a command has just added to an index, the first of it, for a terminal.
struct NewExplanations {
  private static let shownCount = 20
  private static let textLimit = 90

  let lines: [String]

  /// - Parameter start: seconds since 1970; what is older is left out.
  init(in path: String, since start: Double) throws {
    let store = try FeatureIndexStore.open(at: path)
    let found = try store.newestExplanations(limit: store.identity.latentCount)
      .filter { $0.created >= start && $0.state != .failed }
    let rows = found.prefix(Self.shownCount).map { record in
      let text = record.state == .explained ? record.text : "(\(record.state.rawValue))"
      return [
        "#\(record.latent)", record.concept ?? "",
        text.count > Self.textLimit ? text.prefix(Self.textLimit) + "…" : text,
      ]
    }
    let hasKinds = rows.contains { !$0[1].isEmpty }
    let shown = rows.map { hasKinds ? $0 : [$0[0], $0[2]] }
    let head = hasKinds ? ["feature", "kind", "explanation"] : ["feature", "explanation"]
    let rest = found.count - shown.count
    lines =
      shown.isEmpty
      ? []
      : TextTable(head, shown, texts: [0, 1, 2]).lines
        + (rest > 0
          ? ["  and \(NumberText.grouped(rest)) more; \"lucarne report index\" shows them all"]
          : [])
  }
}
