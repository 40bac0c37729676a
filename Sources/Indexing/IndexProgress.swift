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
  /// Of these, encoding.
  package var codeSeconds: Double

  package var itemsPerSecond: Double { seconds > 0 ? Double(items) / seconds : 0 }

  /// What counting, ranking and writing took that did not run beside model and autoencoder, as a
  /// share of the time of these.
  package var overhead: Double {
    let needed = modelSeconds + codeSeconds
    return needed > 0 ? max(0, seconds - waitingSeconds - needed) / needed : 0
  }
}
