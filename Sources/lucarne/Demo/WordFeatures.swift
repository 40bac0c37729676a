import KernelProtocol

/// A feature measured by whether it fires where words are written.
struct WordFeature {
  let feature: FeatureRef
  /// The share of its firing tokens that lie on a written word.
  let precision: Double
  /// The share of the tokens on written words at which it fires.
  let recall: Double
  /// Its largest activation on a written word.
  let peak: Double
  /// Its mean activation at the names that questions ask for.
  let asked: Double

  /// The harmonic mean of precision and recall.
  var agreement: Double {
    precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0
  }
}

/// The search for features of written words, over held-out pictures whose words have masks.
struct WordFeatures {
  /// By falling agreement with the masks.
  let features: [WordFeature]
  let pictureCount: Int
  /// Tokens on words, and those clear of them.
  let wordTokens: Int
  let otherTokens: Int

  /// A token counts as on a word from this share of its pixels on.
  static let leastShare = 0.25

  /// - Parameter questions: one open question for each picture to look at.
  init(_ questions: [(asked: Asked, mask: PixelMask)], interview: Interview) throws {
    var tally = Tally()
    for (asked, mask) in questions {
      var onWord: [Int: Bool] = [:]
      for token in try interview.tokens(of: asked) {
        guard let box = token.box else { continue }
        let share = mask.share(of: box)
        // Tokens that only touch a word tell nothing either way.
        if share == 0 || share >= Self.leastShare { onWord[token.position] = share > 0 }
      }
      tally.add(
        onWord, names: Set(try interview.namePositions(of: asked)),
        items: try interview.activations(asked, region: .image(0, view: nil, box: nil))
          + interview.activations(asked, region: .part(Interview.questionPart)))
    }
    features = tally.features.sorted {
      ($0.agreement, -$0.feature.index) > ($1.agreement, -$1.feature.index)
    }
    pictureCount = questions.count
    wordTokens = tally.wordTokens
    otherTokens = tally.otherTokens
  }
}

/// Counts of one feature's firings.
private struct Firings {
  var onWords = 0
  var elsewhere = 0
  var peak = 0.0
  var asked = 0.0
}

private struct Tally {
  var wordTokens = 0
  var otherTokens = 0
  private var nameTokens = 0
  private var firings: [FeatureRef: Firings] = [:]

  mutating func add(_ onWord: [Int: Bool], names: Set<Int>, items: [FeatureActivations.Item]) {
    wordTokens += onWord.values.count { $0 }
    otherTokens += onWord.values.count { !$0 }
    nameTokens += names.count
    for item in items {
      for activation in item.positions where activation.value > 0 {
        if names.contains(activation.position) {
          firings[item.feature, default: Firings()].asked += activation.value
        }
        guard let isOnWord = onWord[activation.position] else { continue }
        if isOnWord {
          firings[item.feature, default: Firings()].onWords += 1
          let peak = firings[item.feature]?.peak ?? 0
          firings[item.feature]?.peak = max(peak, activation.value)
        } else {
          firings[item.feature, default: Firings()].elsewhere += 1
        }
      }
    }
  }

  var features: [WordFeature] {
    firings.compactMap { feature, count in
      guard count.onWords > 0 else { return nil }
      return WordFeature(
        feature: feature,
        precision: Double(count.onWords) / Double(count.onWords + count.elsewhere),
        recall: Double(count.onWords) / Double(max(1, wordTokens)), peak: count.peak,
        asked: count.asked / Double(max(1, nameTokens)))
    }
  }
}
