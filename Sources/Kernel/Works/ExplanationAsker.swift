import Explanations
import FeatureIndex
import Interpretation
import Tensors

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

/// What came of a question.
struct ExplanationReply: Sendable {
  struct Said: Sendable {
    var text: String
    var isCutShort = false
    var promptTokens = 0
    var completionTokens = 0
    var tries = 1
  }

  enum Outcome: Sendable {
    case answered(Said)
    /// There is no answer, for a reason in words.
    case failed(String)
  }

  var task: ExplanationTask
  var outcome: Outcome
}

/// Whom a job asks. Used by the job's thread alone.
protocol ExplanationAsker: AnyObject {
  var author: ExplanationAuthor { get }
  var method: String { get }
  /// Where it takes its answers now.
  var place: JobKind.Place { get }
  /// Whether another question may be asked now.
  var hasRoom: Bool { get }
  /// Whether no question is under way.
  var isIdle: Bool { get }
  func ask(_ task: ExplanationTask)
  /// The answers that have come, after waiting a little for one.
  func takeAnswers(_ tools: JobTools) throws -> [ExplanationReply]
  /// Forgets the questions under way.
  func stop()
}
