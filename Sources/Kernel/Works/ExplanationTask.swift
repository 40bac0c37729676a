import Explanations

/// One question of a job.
struct ExplanationTask: Sendable {
  var latent: Int
  var question: ExplanationQuestion
  var evidence: ExplanationEvidence

  var pictures: [[UInt8]] {
    evidence.examples.compactMap { if case .picture(let bytes) = $0 { bytes } else { nil } }
  }

  var texts: [String] {
    evidence.examples.compactMap { if case .text(let text) = $0 { text } else { nil } }
  }

  /// The instruction, and behind it the excerpts, numbered.
  var words: String {
    ([question.instruction]
      + texts.enumerated().map { "Excerpt \($0 + 1):\n\($1)" }).joined(separator: "\n\n")
  }
}
