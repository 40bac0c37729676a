package import FeatureIndex
import Randomness

/// Questions to people about explanations: for each item the best pictures of a latent, as an
/// explainer is shown them, and a text, which is the latent's own explanation or another's.
package struct RatingSheet: Sendable {
  package struct Options: Sendable {
    /// Items at most.
    package var count = 30
    /// The share of items whose text is another latent's explanation.
    package var decoyShare = 1.0 / 3
    package var seed = 0
    package var view: IndexView
    package var ranking = IndexRanking.mean
    /// Places that are shown of a latent.
    package var exemplars = 5
    /// Pixels of a shown picture's longer side at most.
    package var side = 336

    package init(view: IndexView) { self.view = view }
  }

  package struct Item: Sendable {
    /// Says nothing by itself.
    package var id: String
    package var text: String
    package var examples: [ExplanationEvidence.Example]
  }

  package let id: String
  package let items: [Item]
  package let key: RatingKey

  /// Draws a sheet; a function of the index, the options and the latents.
  ///
  /// - Parameter latents: those that may be asked about; nil: all that are explained.
  /// - Throws: `RatingError.nothingToRate`, `FeatureIndexError`.
  package init(
    _ store: FeatureIndexStore, latents: [Int]? = nil, options: Options,
    progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
  ) throws {
    let wanted = latents.map { Set($0) }
    let known = try store.ratedTexts()
    var random = SplitMix64(seed: UInt64(options.seed))
    var drawn: [(text: RatedText, evidence: ExplanationEvidence)] = []
    let candidates = known.filter { wanted?.contains($0.latent) ?? true }
    for text in candidates.shuffled(using: &random) where drawn.count < options.count {
      try progress(drawn.count, min(options.count, candidates.count))
      let evidence = try ExplanationEvidence(
        ofLatent: text.latent, in: store, view: options.view, ranking: options.ranking,
        count: options.exemplars, side: options.side)
      if !evidence.examples.isEmpty { drawn.append((text, evidence)) }
    }
    guard !drawn.isEmpty else {
      throw RatingError.nothingToRate(
        candidates.isEmpty
          ? "none of the features is explained"
          : "none of the explained features has a place that can be shown in the view "
            + options.view.name)
    }
    let decoys = Int((Double(drawn.count) * options.decoyShare).rounded())
    var shown: [(item: RatingKey.Item, evidence: ExplanationEvidence)] = []
    for (place, (own, evidence)) in drawn.enumerated() {
      var text = own
      if place < decoys {
        guard let other = own.decoy(among: known, using: &random) else {
          throw RatingError.nothingToRate(
            "no other explanation differs from \"\(own.text)\" enough to be a decoy")
        }
        text = other
      }
      shown.append(
        (
          RatingKey.Item(
            id: "", latent: own.latent, explanation: text.explanation, text: text.text,
            isDecoy: place < decoys), evidence
        ))
    }
    shown.shuffle(using: &random)
    let id = Self.digest(shown.map(\.item), options.seed, store.identity)
    for place in shown.indices {
      shown[place].item.id = String(
        SHA256.digest(of: Array("\(id) \(place)".utf8)).hexadecimal.prefix(16))
    }
    self.id = id
    items = shown.map { .init(id: $0.item.id, text: $0.item.text, examples: $0.evidence.examples) }
    key = RatingKey(sheet: id, seed: options.seed, items: shown.map(\.item))
  }

  /// What a sheet is known by, from which nothing of it can be read.
  private static func digest(
    _ items: [RatingKey.Item], _ seed: Int, _ identity: IndexIdentity
  ) -> String {
    var hash = SHA256()
    hash.add(Array("\(seed) \(identity.model) \(identity.autoencoder) \(identity.site)\n".utf8))
    for item in items {
      hash.add(
        Array("\(item.latent) \(item.explanation) \(item.isDecoy) \(item.text)\n".utf8))
    }
    return hash.digest().hexadecimal
  }
}

/// A latent's explanation as people are asked about it.
struct RatedText: Sendable {
  var latent: Int
  /// The id of the explanation that counts.
  var explanation: Int
  /// The longer explanation where it is a short phrase, as a judge sees it.
  var text: String

  /// An explanation of another latent that says something else.
  func decoy(among others: [Self], using random: inout SplitMix64) -> Self? {
    let own = words
    let possible = others.filter { $0.latent != latent && $0.words.isDisjoint(with: own) }
    return possible.randomElement(using: &random)
  }

  /// Words that say nothing of a picture.
  private static let empty: Set = ["and", "are", "for", "has", "its", "that", "the", "with"]

  /// What it says: its words without what stands in brackets; all of it where there are none.
  private var words: Set<String> {
    var depth = 0
    let bare = text.lowercased().filter { character in
      if character == "(" { depth += 1 }
      defer { if character == ")", depth > 0 { depth -= 1 } }
      return depth == 0
    }
    let found = bare.split { !$0.isLetter && !$0.isNumber }.map(String.init)
      .filter { $0.count > 2 && !Self.empty.contains($0) }
      .map { $0.hasSuffix("s") ? String($0.dropLast()) : $0 }
    return found.isEmpty ? [bare.filter { !$0.isWhitespace }] : Set(found)
  }
}

extension FeatureIndexStore {
  /// What each explained latent is said to stand for, by latent.
  fileprivate func ratedTexts() throws -> [RatedText] {
    try countedExplanations().compactMap { record in
      guard record.state == .explained, let id = record.id else { return nil }
      let longer = try record.refines.flatMap { try explanation(id: $0) }
      return RatedText(
        latent: record.latent, explanation: id, text: longer?.text ?? record.text)
    }
  }
}
