import FeatureIndex
import JSONRPC
import Jobs
import KernelProtocol

/// Whom a job asks: a server or the resident model. Used by one thread at a time.
protocol Asker: AnyObject {
  var author: ExplanationAuthor { get }
  /// How it is asked: "chat" or "resident".
  var method: String { get }
  /// How it answers best where a client does not say.
  var preferredForm: ExplanationGenerate.AnswerForm { get }
  /// Whether another question may be asked now.
  var hasRoom: Bool { get }
  /// Whether no question is under way.
  var isIdle: Bool { get }
  func ask(_ question: AskedQuestion)
  /// Takes the replies that have come, where that is to be done: with the engine, a part of one
  /// answer; on the job's own thread, after waiting a little for one.
  func takeReplies(_ tools: JobTools) -> JobTask<Engine, [AskedReply]>
  /// Forgets the questions under way.
  func stop()
}

/// How somebody is asked, and what for.
struct AskerOptions {
  /// What the one who is asked is called: "explainer", "judge".
  var role: String
  /// The request that begins the job.
  var request: String
  /// What is not asked again when it is made again: "explained".
  var done: String
  /// Of one answer.
  var maxTokens: Int?
  /// Questions under way at once.
  var concurrency: Int?
  var requestSeconds: Double?
  var tries: Int?
  /// What a server is asked with; nil where the kernel was given none.
  var key: String?
  static let defaultTokens = 256
}

extension ExplanationGenerate.Explainer {
  /// - Throws: `DomainError` for an address that cannot be one, or without libcurl.
  func asker(_ options: AskerOptions) throws -> any Asker {
    switch self {
    case .endpoint(let endpoint): try EndpointAsker(endpoint, options)
    case .resident(let model):
      ResidentAsker(model: model, maxTokens: options.maxTokens ?? AskerOptions.defaultTokens)
    }
  }
}
