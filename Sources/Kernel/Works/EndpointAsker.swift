import ChatCompletions
import Explanations
import FeatureIndex
import Interpretation
import JSONRPC
import KernelProtocol
import Synchronization
import SystemReasons

/// Asks a server, several questions at once, each on a thread of its own.
final class EndpointAsker: ExplanationAsker {
  private struct State {
    var underWay = 0
    var answers: [ExplanationReply] = []
  }

  let author: ExplanationAuthor
  let method = "chat"
  let place = JobKind.Place.ownThread
  private let client: ChatClient
  private let limit: Int
  private let maxTokens: Int
  private let state = Monitor(State())
  private let isStopped = StopFlag()

  /// - Throws: `DomainError` for an address that cannot be one, or without libcurl.
  init(
    _ endpoint: ExplanationGenerate.Endpoint, params: ExplanationGenerate.Params, key: String?
  ) throws {
    guard !ChatEndpoint.isMasked(endpoint.url) else {
      throw DomainError(
        .unsupportedTarget,
        "the explainer's address \(quoted(endpoint.url)) was kept without the secret in its query",
        hint:
          "start explanation/generate again with the complete address: what has been explained is not asked again"
      )
    }
    author = ExplanationAuthor(kind: .model, name: endpoint.model)
    var limits = ChatLimits()
    limits.requestSeconds = params.requestSeconds ?? limits.requestSeconds
    limits.tries = params.tries ?? limits.tries
    do throws(ChatError) {
      client = try ChatClient(
        ChatEndpoint(url: endpoint.url, model: endpoint.model, key: key), limits: limits)
    } catch { throw DomainError(.unsupportedTarget, error.description) }
    limit = params.concurrency ?? 4
    maxTokens = params.maxTokens ?? 256
  }

  deinit { isStopped.set() }

  var hasRoom: Bool { state.read { $0.underWay < limit } }
  var isIdle: Bool { state.read { $0.underWay == 0 && $0.answers.isEmpty } }

  func ask(_ task: ExplanationTask) {
    state.update { $0.underWay += 1 }
    Thread.start(name: "explain") { [client, state, maxTokens, isStopped] in
      let outcome = Self.outcome(of: task, client, maxTokens: maxTokens, isStopped)
      state.update { state in
        state.underWay -= 1
        if let outcome { state.answers.append(ExplanationReply(task: task, outcome: outcome)) }
      }
    }
  }

  /// nil for a question that was taken back.
  private static func outcome(
    of task: ExplanationTask, _ client: ChatClient, maxTokens: Int, _ isStopped: StopFlag
  ) -> ExplanationReply.Outcome? {
    let request = ChatRequest(
      system: task.question.system,
      parts: [.text(task.words)] + task.pictures.map { .png($0) }, maxTokens: maxTokens)
    do {
      let answer = try client.complete(
        request, seed: UInt64(truncatingIfNeeded: task.latent), isCancelled: { isStopped.isSet })
      return .answered(
        .init(
          text: answer.text, isCutShort: answer.isCutShort,
          promptTokens: answer.promptTokens ?? 0,
          completionTokens: answer.completionTokens ?? 0, tries: answer.tries))
    } catch is CancellationError { return nil } catch { return .failed(systemReason(of: error)) }
  }

  func takeAnswers(_ tools: JobTools) throws -> [ExplanationReply] {
    _ = state.wait(seconds: 0.05) { !$0.answers.isEmpty || $0.underWay == 0 }
    return state.update { state in
      defer { state.answers = [] }
      return state.answers
    }
  }

  func stop() {
    isStopped.set()
    _ = state.wait(seconds: 2) { $0.underWay == 0 }
  }
}

/// Set once, read from any thread.
final class StopFlag: Sendable {
  private let flag = Atomic(false)
  func set() { flag.store(true, ordering: .relaxed) }
  var isSet: Bool { flag.load(ordering: .relaxed) }
}
