import ChatCompletions
import FeatureIndex
import JSONRPC
import Jobs
import KernelProtocol
import SystemReasons

/// Asks a server, several questions at once, each on a thread of its own.
final class EndpointAsker: Asker {
  private struct State {
    var underWay = 0
    var answers: [AskedReply] = []
  }

  let author: ExplanationAuthor
  let method = "chat"
  let preferredForm = ExplanationGenerate.AnswerForm.json
  private let client: ChatClient
  private let limit: Int
  private let maxTokens: Int
  private let state = Monitor(State())
  private let isStopped = StopFlag()

  /// - Throws: `DomainError` for an address that cannot be one, or without libcurl.
  init(_ endpoint: ExplanationGenerate.Endpoint, _ options: AskerOptions) throws {
    guard !ChatEndpoint.isMasked(endpoint.url) else {
      throw DomainError(
        .unsupportedTarget,
        "the \(options.role)'s address \(quoted(endpoint.url)) was kept without the secret in "
          + "its query",
        hint:
          "start \(options.request) again with the complete address: "
          + "what has been \(options.done) is not asked again")
    }
    author = ExplanationAuthor(kind: .model, name: endpoint.model)
    var limits = ChatLimits()
    limits.requestSeconds = options.requestSeconds ?? limits.requestSeconds
    limits.tries = options.tries ?? limits.tries
    do throws(ChatError) {
      client = try ChatClient(
        ChatEndpoint(url: endpoint.url, model: endpoint.model, key: options.key), limits: limits)
    } catch { throw DomainError(.unsupportedTarget, error.description) }
    limit = options.concurrency ?? 4
    maxTokens = options.maxTokens ?? AskerOptions.defaultTokens
  }

  deinit { isStopped.set() }

  var hasRoom: Bool { state.read { $0.underWay < limit } }
  var isIdle: Bool { state.read { $0.underWay == 0 && $0.answers.isEmpty } }

  func ask(_ question: AskedQuestion) {
    state.update { $0.underWay += 1 }
    Thread.start(name: "ask") { [client, state, maxTokens, isStopped] in
      let outcome = Self.outcome(of: question, client, maxTokens: maxTokens, isStopped)
      state.update { state in
        state.underWay -= 1
        if let outcome { state.answers.append(AskedReply(id: question.id, outcome: outcome)) }
      }
    }
  }

  /// nil for a question that was taken back.
  private static func outcome(
    of question: AskedQuestion, _ client: ChatClient, maxTokens: Int, _ isStopped: StopFlag
  ) -> AskedReply.Outcome? {
    let request = ChatRequest(
      system: question.system,
      parts: [.text(question.words)] + question.pictures.map { .png($0) }, maxTokens: maxTokens)
    do {
      let answer = try client.complete(
        request, seed: question.seed, isCancelled: { isStopped.isSet })
      return .answered(
        .init(
          text: answer.text, isCutShort: answer.isCutShort,
          promptTokens: answer.promptTokens ?? 0,
          completionTokens: answer.completionTokens ?? 0, tries: answer.tries))
    } catch is CancellationError { return nil } catch { return .failed(systemReason(of: error)) }
  }

  func takeReplies(_ tools: JobTools) -> JobTask<Engine, [AskedReply]> {
    .ownThread { [state] in
      _ = state.wait(seconds: 0.05) { !$0.answers.isEmpty || $0.underWay == 0 }
      return state.update { state in
        defer { state.answers = [] }
        return state.answers
      }
    }
  }

  func stop() {
    isStopped.set()
    _ = state.wait(seconds: 2) { $0.underWay == 0 }
  }
}
