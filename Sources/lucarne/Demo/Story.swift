import KernelProtocol
import Reports

/// All that the demo finds out, from the kernel's answers alone.
struct Story {
  let modelFacts: KernelStatus.Model
  let saeFacts: KernelStatus.Autoencoder
  let picture: StoryPicture
  let asked: Asked
  /// The likeliest first tokens of the answer.
  let candidates: [Candidate]
  let explanation: Explanation
  let search: RemovalSearch
  /// The answers without the chosen features, plain, and of the reconstruction alone.
  let steering: SteeringGenerate.Result?
  /// Of the chosen features on other questions; none where the answer is not known to be wrong.
  let evaluation: RemovalEvaluation?
}

extension Story {
  /// What to say of a token: the word of the text, or the pixels of the picture.
  static func place(of token: ContextTokens.Token) -> String {
    if let box = token.box {
      func text(_ edge: Double) -> String { NumberText.fixed(edge, 0) }
      return "picture x \(text(box.x0))–\(text(box.x1)), y \(text(box.y0))–\(text(box.y1))"
    }
    if token.image != nil { return "picture, end of a row" }
    // Not trimmed: a token with a space before it is another one.
    let text = token.text.map { $0.isNewline ? "↵" : String($0) }.joined()
    return "“\(text)” in the \(token.part ?? "template")"
  }
}

/// A number with two digits behind the point and its sign, as the kernel's sentences have it.
func signed(_ value: Double) -> String {
  String(NumberText.signed(value).map { $0 == "-" ? "−" : $0 })
}
