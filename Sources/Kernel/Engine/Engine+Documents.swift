import Checkpoints
import Interpretation
package import JSONRPC
package import KernelProtocol
import Models

/// What rooms above the kernel ask about contexts beside its methods. Runs on the engine's thread.
extension Engine {
  /// Answers as any client's request is answered.
  package func answer<Method: EngineAnswerable>(
    _ method: Method.Type, _ params: Method.Params, for call: Call
  ) throws -> Method.Result {
    try Method.answer(params, engine: self, call: call)
  }

  /// Answers as `feature/info` does: begins here and ends on the index lane.
  package func featureInfo(
    _ params: FeatureInfo.Params, for call: Call
  ) throws -> @Sendable (IndexShelf) throws -> FeatureInfo.Result {
    let derived = try FeatureInfo.prepare(params, engine: self, call: call)
    return { try FeatureInfo.answer(params, derived, shelf: $0, call: call) }
  }

  /// Answers as `prompt/open` does, with a context that nobody else is given.
  package func openPrompt(_ params: PromptOpen.Params, for call: Call) throws -> PromptOpen.Result {
    try OpenPrompt(params, engine: self, call: call, isShared: false).result
  }

  package func hasContext(named name: String) -> Bool { (try? context(named: name)) != nil }

  /// The likeliest answer, over the likeliest token that does not spell the same: " red" is no
  /// alternative to "red".
  package func likeliestAnswer(
    inContextNamed name: String
  ) throws -> (answer: String, baseline: String?) {
    let open = try context(named: name)
    let logits = try open.context.logits(at: open.context.position(nil))
    let texts = logits.indices.sorted { (logits[$0], $1) > (logits[$1], $0) }.lazy
      .map { open.text(ofToken: $0) }
      // A target is named by its text, which special tokens and pieces of characters do not have.
      .filter { (try? open.token(.text($0))) != nil }
    guard let answer = texts.first else {
      throw KernelError.unsupported("no token of the vocabulary has a text of its own")
    }
    let spelling = OpenContext.spelling(answer)
    return (answer, texts.first { OpenContext.spelling($0) != spelling })
  }

  /// How many tokens a context can still take.
  package func room(inContextNamed name: String) throws -> Int {
    let context = try context(named: name).context
    return max(0, context.decoder.contextLength - context.tokenCount)
  }
}
