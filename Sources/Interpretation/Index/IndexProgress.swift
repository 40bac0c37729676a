/// How far a build is.
package struct IndexProgress: Sendable, Equatable {
  /// The entries of the corpus that were looked at or passed over.
  package var done: Int
  /// All entries; nil where only reading them tells.
  package var total: Int?
  /// Taken in by this run.
  package var items: Int
  /// Skipped by this run.
  package var skipped: Int
  package var itemsPerSecond: Double
}
