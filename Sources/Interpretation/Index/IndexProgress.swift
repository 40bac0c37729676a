/// How far a build is.
package struct IndexProgress: Sendable, Equatable {
  /// The entries of the corpus up to the last one that was taken in or skipped.
  package var done: Int
  /// All entries; nil where only reading them tells.
  package var total: Int?
  /// Taken in by this run.
  package var items: Int
  /// Skipped by this run.
  package var skipped: Int
  /// Since the run began.
  package var seconds: Double
  /// Of these, waiting for the corpus.
  package var waitingSeconds: Double
  /// Of these, making prompts and running the model to the site.
  package var modelSeconds: Double

  package var itemsPerSecond: Double { seconds > 0 ? Double(items) / seconds : 0 }

  /// What was spent on codes, counting and writing, as a share of the model's time.
  package var overhead: Double {
    modelSeconds > 0 ? max(0, seconds - waitingSeconds - modelSeconds) / modelSeconds : 0
  }
}
