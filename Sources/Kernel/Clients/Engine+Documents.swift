import Checkpoints
import Interpretation
package import JSONRPC
package import KernelProtocol
import Models
import Tensors

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
    var likeliest: String?
    for token in DescendingPlaces(logits) {
      let text = open.text(ofToken: token)
      // A target is named by its text, which special tokens and pieces of characters do not have.
      guard (try? open.token(.text(text))) != nil else { continue }
      guard let answer = likeliest else {
        likeliest = text
        continue
      }
      if OpenContext.spelling(text) != OpenContext.spelling(answer) { return (answer, text) }
    }
    guard let likeliest else {
      throw KernelError.unsupported("no token of the vocabulary has a text of its own")
    }
    return (likeliest, nil)
  }

  /// How many tokens a context can still take.
  package func room(inContextNamed name: String) throws -> Int {
    let context = try context(named: name).context
    return max(0, context.decoder.contextLength - context.tokenCount)
  }
}
