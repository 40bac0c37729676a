/// What is measured of explanations in one or several indexes: tables by kind of concept and by
/// layer, as a page, as CSV and as values.
package struct ScoreReport: Sendable {
  /// Of the latents of a row that have the measure.
  package struct Mean: Sendable {
    package var value: Double
    /// The standard deviation over these latents.
    package var deviation: Double
    package var chance: Double?
    /// The standard deviation of what chance gives, over random draws.
    package var chanceDeviation: Double?
    /// Over all latents of the row, those without a score as 0.
    package var overAll: Double
    package var count: Int

    package init(
      value: Double, deviation: Double, chance: Double?, chanceDeviation: Double?, overAll: Double,
      count: Int
    ) {
      self.value = value
      self.deviation = deviation
      self.chance = chance
      self.chanceDeviation = chanceDeviation
      self.overAll = overAll
      self.count = count
    }
  }

  /// The latents of one kind of concept, or those that have no explanation.
  package struct Row: Sendable {
    package var name: String
    package var count: Int
    /// nil where none of them was scored.
    package var mean: Mean?

    package init(name: String, count: Int, mean: Mean?) {
      self.name = name
      self.count = count
      self.mean = mean
    }
  }

  package struct Table: Sendable {
    package var measure: String
    package var rows: [Row]
    package var total: Row

    package init(measure: String, rows: [Row], total: Row) {
      self.measure = measure
      self.rows = rows
      self.total = total
    }
  }

  /// An index of one autoencoder.
  package struct Index: Sendable {
    /// What it is called: its site, beside others of the same site with its file.
    package var name: String
    package var path: String
    package var site: String
    /// The block of the model, from 0; nil where the site names none.
    package var layer: Int?
    package var model: String
    package var autoencoder: String
    /// Latents that somebody tried to explain, and those of them that are explained.
    package var tried: Int
    package var explained: Int
    package var tables: [Table]

    package init(
      name: String, path: String, site: String, layer: Int?, model: String, autoencoder: String,
      tried: Int, explained: Int, tables: [Table]
    ) {
      self.name = name
      self.path = path
      self.site = site
      self.layer = layer
      self.model = model
      self.autoencoder = autoencoder
      self.tried = tried
      self.explained = explained
      self.tables = tables
    }

    func table(of measure: String) -> Table? { tables.first { $0.measure == measure } }
  }

  /// In the order of depth.
  package var indexes: [Index]
  /// What a reader must know before comparing.
  package var notes: [String]

  package init(indexes: [Index], notes: [String]) {
    self.indexes = indexes
    self.notes = notes
  }

  /// All measures, in the order in which they are shown.
  package var measures: [String] {
    MeasureText.sorted(indexes.flatMap(\.tables).map(\.measure))
  }
}
