import Explanations
import FeatureIndex
import JSON

/// What an explanation is made from: what is asked about a latent, and how its answer is read.
protocol ExplanationSource {
  /// Refuses an index that it cannot be made from.
  func check(_ store: FeatureIndexStore) throws
  /// What there is to ask about a latent.
  func matter(of latent: Int, in store: FeatureIndexStore) throws -> ExplanationMatter
  func read(_ said: AskedReply.Said) -> ExplanationQuestion.Reading
  /// Question and answer, as they are kept with the explanation.
  func transcript(_ matter: ExplanationMatter.Asked, _ said: AskedReply.Said) -> JSONValue
}

/// What there is to ask about a latent.
enum ExplanationMatter {
  struct Asked {
    var question: AskedQuestion
    /// What the answer rests on, such as digests of items.
    var evidence: [String] = []
    /// What could not be shown, and why.
    var missing: [String] = []
  }

  case asked(Asked)
  /// It is never active in the view.
  case silent
  /// It cannot be asked about, for a reason in words.
  case impossible(String)
}
