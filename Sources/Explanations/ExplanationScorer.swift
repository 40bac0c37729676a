/// Measures how well an explanation of a latent holds on pictures whose masks are known.
package protocol ExplanationScorer: Sendable {
  /// What the score is called: `iou`, `auc`.
  var kind: String { get }

  /// - Returns: nil where the set's pictures do not allow the measure.
  func score(_ subject: ScoredExplanation, on maps: ConceptMaps) -> MeasuredExplanation?
}

/// A latent and the concept that its explanation names.
package struct ScoredExplanation: Sendable, Equatable {
  package var latent: Int
  package var concept: Int
  /// Whether the explanation was chosen on the first half of these very pictures, so that only the
  /// other half can measure it.
  package var wasChosenHere: Bool

  package init(latent: Int, concept: Int, wasChosenHere: Bool) {
    self.latent = latent
    self.concept = concept
    self.wasChosenHere = wasChosenHere
  }
}

package struct MeasuredExplanation: Sendable, Equatable {
  package var value: Double
  /// The same by chance.
  package var baseline: Double?
  /// The pictures it rests on.
  package var count: Int
  /// Further figures by name.
  package var details: [String: Double]

  package init(value: Double, baseline: Double? = nil, count: Int, details: [String: Double]) {
    self.value = value
    self.baseline = baseline
    self.count = count
    self.details = details
  }
}

extension ConceptSet {
  /// The concept that a text names: the one whose label it is; else the one whose name's words,
  /// longest first, all occur in it.
  package func concept(namedBy text: String) -> Int? {
    if let exact = concepts.firstIndex(where: { $0.label == text || $0.name == text }) {
      return exact
    }
    func words(_ text: String) -> [String] {
      text.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
    }
    let said = Set(words(text))
    let order = concepts.indices.sorted { concepts[$0].name.count > concepts[$1].name.count }
    return order.first { index in
      let name = words(concepts[index].name)
      return !name.isEmpty && name.allSatisfy { said.contains($0) || said.contains($0 + "s") }
    }
  }
}

extension ConceptMaps {
  /// The pictures that may measure an explanation.
  func pictures(for subject: ScoredExplanation) -> [Int] {
    guard subject.wasChosenHere else { return Array(set.pictures.indices) }
    let half = measuringHalf(ofConcept: subject.concept)
    return set.pictures.indices.filter { half[$0] }
  }

  /// A latent's largest and summed activation in each picture where it is active.
  func activity(ofLatent latent: Int) -> [Int: (max: Float, sum: Double)] {
    activations.activity(ofLatent: latent)
  }
}
