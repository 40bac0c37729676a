import Explanations
import FeatureIndex
import Jobs
import KernelProtocol

/// One source of scores that a job of `explanation/score` asks in turn: a concept set, the vision
/// worker, a judge.
///
/// Steps are called one after the other, each on the thread that it is for. What a pass has found
/// is taken after each step and written; a later run of the job leaves out what is written.
protocol ScorePass: AnyObject {
  var progress: Job.Progress? { get }
  func next(_ tools: JobTools) -> JobTask<Engine, ScorePassOutcome>
  /// What has been found since it was last asked.
  func takeScores() -> [NewScore]
  /// What an earlier run had found with the same settings, since it was last asked.
  func takeKnownScores() -> [NewScore]
  /// Explanations that name nothing that could be looked for, by id.
  var unmatched: Set<Int> { get }
  /// Explanations that could not be scored, by id, and why.
  var failed: [Int: String] { get }
  /// Latents without an explanation that could not be measured, and why.
  var failedLatents: [Int: String] { get }
  /// Lets go of whatever is under way: before a pause, an end or the process's end.
  func stop()
}

extension ScorePass {
  var unmatched: Set<Int> { [] }
  var failed: [Int: String] { [:] }
  var failedLatents: [Int: String] { [:] }
  func stop() {}
}

enum ScorePassOutcome {
  case more
  /// There is nothing to do yet, because something outside is slow.
  case waiting
  /// The job rests until `job/resume`, for a reason in words.
  case pause(String)
  case done
}

/// A score, and what it is of.
struct NewScore: Sendable {
  enum Subject: Sendable, Hashable {
    /// An explanation, by its id.
    case explanation(Int)
    case latent(Int)
  }

  var subject: Subject
  var score: ScoreRecord
}

/// An explanation that is scored.
struct ScoreSubject: Sendable {
  var latent: Int
  /// The id of the newest revision: scores are kept with it.
  var explanation: Int
  /// What it says: a short phrase where it was refined.
  var text: String
  /// The longer explanation that it was refined from; else the text.
  var description: String
  /// The kind of concept, where somebody said.
  var concept: String?
  var evidence: [String]
  /// What it was scored before, oldest first.
  var scores: [ScoreRecord]
}
