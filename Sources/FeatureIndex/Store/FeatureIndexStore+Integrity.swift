import Foundation
import GRDB

extension FeatureIndexStore {
  /// What is wrong with the file: SQLite's own check, and whether its rows fit together.
  /// Empty where all is well.
  package func integrityFailures() throws(FeatureIndexError) -> [String] {
    try read { database in
      var failures = try String.fetchAll(database, sql: "PRAGMA integrity_check(20)")
        .filter { $0 != "ok" }
      func expectNone(_ sql: String, _ meaning: String) throws {
        let count = try Int.fetchOne(database, sql: sql) ?? 0
        if count > 0 { failures.append("\(count) \(meaning)") }
      }
      try expectNone(
        "SELECT count(*) FROM map LEFT JOIN item ON item = number WHERE number IS NULL",
        "maps without their item")
      try expectNone(
        "SELECT count(*) FROM statistics "
          + "WHERE latent NOT BETWEEN 0 AND \(identity.latentCount - 1)",
        "rows of statistics of latents that do not exist")
      try expectNone(
        "SELECT count(*) FROM (SELECT max(number) + 1 - count(*) AS gap FROM item) WHERE gap <> 0",
        "gaps among the items' numbers")
      if try hasLayouts(database) {
        try expectNone(
          "SELECT count(*) FROM item LEFT JOIN layout ON id = layout WHERE layout IS NOT NULL AND "
            + "id IS NULL",
          "items without their layout")
      }
      for (layout, _) in try layouts(database) {
        for view in layout.views where views.number(of: IndexView(view.name)) == nil {
          failures.append(
            "pictures have the view \"\(view.name)\", which the index does not take in")
        }
      }
      let lists = try Row.fetchCursor(database, sql: "SELECT * FROM exemplars")
      var missing = 0
      let find = try database.cachedStatement(
        sql: "SELECT 1 FROM map WHERE latent = ? AND view = ? AND item = ? AND span = ?")
      while let row = try lists.next() {
        guard let list = try? list(row) else {
          failures.append("a list of exemplars is damaged")
          continue
        }
        for exemplar in list.exemplars
        where try Int.fetchOne(
          find,
          arguments: [exemplar.latent, try number(of: exemplar.view), exemplar.item, exemplar.span])
          == nil
        { missing += 1 }
      }
      if missing > 0 { failures.append("\(missing) exemplars without their map") }
      return failures
    }
  }

  /// SHA-256 of all that was counted, whatever the order in which it was: items with their views,
  /// statistics, exemplars with scores and maps, the sample. Equal for equal content; names and
  /// places of pictures, and what was told about latents, are left out.
  package func contentDigest() throws(FeatureIndexError) -> [UInt8] {
    let state = try state()
    let digests = state.items.map(\.digest)
    return try read { database in
      var hash = SHA256()
      func add(_ text: String) { hash.add(Array(text.utf8) + [10]) }
      add("\(state.identity.digestText) \(state.options.digestText)")
      for digest in digests.map(\.hexadecimal).sorted() { add(digest) }
      for row in state.statistics {
        add("\(row.latent) \(try number(of: row.view)) \(row.statistics)")
      }
      for list in state.exemplars {
        add("\(list.latent) \(try number(of: list.view)) \(list.ranking.rawValue)")
        for exemplar in list.exemplars {
          add("\(exemplar.score.bitPattern) \(exemplar.span)")
          hash.add(digests[exemplar.item])
        }
      }
      let items = Dictionary(
        uniqueKeysWithValues: digests.enumerated().map { ($0.offset, $0.element.hexadecimal) })
      var maps: [String] = []
      let rows = try Row.fetchCursor(database, sql: "SELECT * FROM map ORDER BY latent, view, span")
      while let row = try rows.next() {
        let (latent, view, span): (Int, Int, Int) = (
          try row.value("latent"), try row.value("view"), try row.value("span")
        )
        let (activations, item): (Data, Int) = (try row.value("activations"), try row.value("item"))
        let digest = SHA256.digest(of: Array(activations)).hexadecimal
        maps.append("\(latent) \(view) \(span) \(items[item] ?? "") \(digest)")
      }
      for map in maps.sorted() { add(map) }
      let sample = try Row.fetchCursor(database, sql: "SELECT * FROM sample ORDER BY hash")
      while let row = try sample.next() {
        let (token, latents): (Int64, Data) = (try row.value("hash"), try row.value("latents"))
        add("\(token)")
        hash.add(Array(latents))
      }
      return hash.digest()
    }
  }
}

// What was built, and how, as digests of contents have always had it.

extension IndexIdentity {
  fileprivate var digestText: String {
    let pictures = geometry.map {
      "Optional(FeatureIndex.ViewGeometry(tileSide: \($0.tileSide), patchSide: \($0.patchSide), "
        + "pinpoints: \($0.pinpoints)))"
    }
    return "IndexIdentity(model: \(model.debugDescription), "
      + "autoencoder: \(autoencoder.debugDescription), site: \(site.debugDescription), "
      + "latents: \(latentCount), activation: \(activation.debugDescription), geometry: "
      + "\(pictures ?? "nil"))"
  }
}

extension IndexOptions {
  fileprivate var digestText: String {
    let views = views.map { "FeatureIndex.IndexView.\($0.name)" }.joined(separator: ", ")
    return "IndexOptions(exemplars: \(exemplars), sampledTokens: \(sampledTokens), "
      + "spanTokens: \(spanTokens), template: \(template.debugDescription), views: [\(views)])"
      + (questions.map { ", questions: \($0.texts), answerTokens: \($0.answerTokens)" } ?? "")
  }
}
