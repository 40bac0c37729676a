/// What an accumulator learnt since its last commit. Written in one transaction, it makes the file
/// the exact index of the items that it then holds.
package struct IndexCommit: Sendable {
  package struct Statistics: Sendable {
    package var latent: Int
    package var view: IndexView
    package var statistics: LatentStatistics
  }
  /// The whole list of a latent's best places, best first.
  package struct ExemplarList: Sendable {
    /// One place in 12 bytes: a commit may hold the lists of every latent.
    private struct Place {
      let score: Float
      let item: UInt32
      let span: UInt32
    }

    package var latent: Int
    package var view: IndexView
    package var ranking: IndexRanking
    private var places: [Place]

    package init(latent: Int, view: IndexView, ranking: IndexRanking, exemplars: [Exemplar]) {
      self.latent = latent
      self.view = view
      self.ranking = ranking
      places = exemplars.map {
        Place(
          score: $0.score, item: UInt32(truncatingIfNeeded: $0.item),
          span: UInt32(truncatingIfNeeded: $0.span))
      }
    }

    package var exemplars: [Exemplar] {
      places.map {
        Exemplar(
          latent: latent, view: view, ranking: ranking, item: Int($0.item), span: Int($0.span),
          score: $0.score)
      }
    }
  }
  /// A latent's map on one place.
  package struct MapKey: Sendable, Hashable {
    package var latent: Int
    package var view: IndexView
    package var item: Int
    package var span: Int

    package init(latent: Int, view: IndexView, item: Int, span: Int) {
      self.latent = latent
      self.view = view
      self.item = item
      self.span = span
    }
  }

  /// With their numbers.
  package var items: [(number: Int, item: IndexItem)] = []
  package var skipped: [SkippedItem] = []
  package var statistics: [Statistics] = []
  package var exemplars: [ExemplarList] = []
  package var maps: [(key: MapKey, map: ActivationMap)] = []
  package var forgottenMaps: [MapKey] = []
  package var sample: [SampledToken] = []
  package var forgottenSample: [UInt64] = []

  package init() {}

  package var isEmpty: Bool { items.isEmpty && skipped.isEmpty && statistics.isEmpty }
}

/// What an accumulator that goes on from a file must know.
package struct IndexState: Sendable {
  package struct Item: Sendable {
    package var digest: [UInt8]
    package var name: String
    /// Tokens of its text view.
    package var tokens: Int
  }
  package var identity: IndexIdentity
  package var options: IndexOptions
  /// In the order of their numbers, from 0 without gaps.
  package var items: [Item] = []
  package var skippedNames: [String] = []
  package var statistics: [IndexCommit.Statistics] = []
  package var exemplars: [IndexCommit.ExemplarList] = []
  package var sampleHashes: [UInt64] = []

  package init(identity: IndexIdentity, options: IndexOptions) {
    self.identity = identity
    self.options = options
  }
}
