import Explanations
import FeatureIndex
import Jobs

/// Whom a job asks. Used by the job's thread alone.
protocol ExplanationAsker: AnyObject {
  var author: ExplanationAuthor { get }
  var method: String { get }
  /// Whether another question may be asked now.
  var hasRoom: Bool { get }
  /// Whether no question is under way.
  var isIdle: Bool { get }
  func ask(_ task: ExplanationTask)
  /// Takes the answers that have come, where that is to be done: with the engine, a part of one
  /// answer; on the job's own thread, after waiting a little for one.
  func takeAnswers(_ tools: JobTools) -> JobTask<Engine, [ExplanationReply]>
  /// Forgets the questions under way.
  func stop()
}
