import Explanations
import FeatureIndex
package import Reports

/// Collects what indexes keep of scores of explanations, for tables; no model is needed.
package enum LocalScores {
  /// - Parameter paths: of indexes, in whatever order.
  /// - Throws: `FeatureIndexError`.
  package static func report(ofIndexes paths: [String]) throws -> ScoreReport {
    let found = try paths.map { path in
      let store = try FeatureIndexStore.open(at: path)
      return (store: store, scores: try ScoredLatents(store))
    }
    let sites = found.map(\.store.identity.site)
    let indexes = found.map { store, scores in
      index(store, scores, isAlone: sites.count { $0 == store.identity.site } == 1)
    }
    return ScoreReport(
      indexes: indexes.sorted {
        ($0.layer ?? .max, $0.site, $0.path) < ($1.layer ?? .max, $1.site, $1.path)
      }, notes: notes(found))
  }

  private static func index(
    _ store: FeatureIndexStore, _ scores: ScoredLatents, isAlone: Bool
  ) -> ScoreReport.Index {
    let identity = store.identity
    let table = scores.table
    let tables = MeasureText.sorted(scores.kinds).map { kind in
      if let mean = scores.mean(ofLatents: kind) {
        return ScoreReport.Table(
          measure: kind, rows: [],
          total: .init(name: "total", count: mean.count, mean: .init(mean)))
      }
      return ScoreReport.Table(
        measure: kind, rows: table.rows.map { .init($0, kind) }, total: .init(table.total, kind))
    }
    let site = identity.site.isEmpty ? "unknown site" : identity.site
    return ScoreReport.Index(
      name: isAlone ? site : "\(site) (\(store.path.split(separator: "/").last ?? ""))",
      path: store.path, site: identity.site, layer: layer(of: identity.site),
      model: identity.model, autoencoder: identity.autoencoder, tried: scores.explained.count,
      explained: scores.explained.count {
        if case .explained = $0.group { true } else { false }
      }, tables: tables)
  }

  /// The number at the end of a site, the block's: 24 of `resid_post.24`.
  private static func layer(of site: String) -> Int? {
    site.split(separator: ".").last.flatMap { Int($0) }
  }

  private static func notes(
    _ found: [(store: FeatureIndexStore, scores: ScoredLatents)]
  ) -> [String] {
    var notes: [String] = []
    if Set(found.map(\.store.identity.model)).count > 1 {
      notes.append("The indexes are of different models: their layers are not one trend.")
    }
    let mixed = MeasureText.sorted(found.flatMap(\.scores.kinds)).filter { kind in
      found.reduce(into: Set<String>()) { $0.formUnion($1.scores.settings(of: kind)) }.count > 1
    }
    if !mixed.isEmpty {
      notes.append(
        "Not all scores of a measure were taken with the same settings: "
          + mixed.map(MeasureText.title).joined(separator: ", ")
          + ". Measured anew with equal settings, they can be compared.")
    }
    return notes
  }
}

extension ScoreReport.Row {
  init(_ row: ScoreTable.Row, _ kind: String) {
    self.init(
      name: row.name, count: row.count,
      mean: row.means.first { $0.kind == kind }.map { .init($0) })
  }
}

extension ScoreReport.Mean {
  init(_ mean: ScoreTable.Mean) {
    self.init(
      value: mean.value, deviation: mean.deviation, chance: mean.baseline,
      chanceDeviation: mean.baselineDeviation, overAll: mean.overAll, count: mean.count)
  }
}
