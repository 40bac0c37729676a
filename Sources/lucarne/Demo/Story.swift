import KernelProtocol
import Reports

/// All that the demo finds out, from the kernel's answers alone.
struct Story {
  let modelFacts: KernelStatus.Model
  let saeFacts: KernelStatus.Autoencoder
  let picture: StoryPicture
  let asked: Asked
  let explanation: Explanation
  let words: WordFeatures
  let search: ClampSearch
  /// The answers under the chosen clamp, plain, and of the reconstruction alone.
  let steering: SteeringGenerate.Result?
  let evaluation: ClampEvaluation?
}

/// The picture of the story.
struct StoryPicture {
  let path: String
  let name: String
  /// What its drawing program knows; none for a picture from elsewhere.
  let facts: HeldOutPicture?
  let question: String
  let right: String?
}

extension Story {
  /// What to say of a token: the word of the text, or the pixels of the picture.
  static func place(of token: ContextTokens.Token) -> String {
    if let box = token.box {
      func text(_ edge: Double) -> String { NumberText.fixed(edge, 0) }
      return "picture x \(text(box.x0))–\(text(box.x1)), y \(text(box.y0))–\(text(box.y1))"
    }
    if token.image != nil { return "picture, end of a row" }
    let text = token.text.map { $0.isNewline ? "↵" : String($0) }.joined()
    return "“\(trimmed(text))” in the \(token.part ?? "template")"
  }

  /// The parts' scores in the order of the story; the rest is the template's.
  var partScores: [(name: String, score: Double)] {
    explanation.byFeature.byPart.map { ($0.part, $0.score) }.sorted { abs($0.1) > abs($1.1) }
  }

  /// Words against picture, in a sentence.
  var partVerdict: String { explanation.partVerdict }
}

extension Explanation {
  /// Words against picture, in a sentence.
  var partVerdict: String {
    let question = score(ofPart: Interview.questionPart)
    let picture = score(ofPart: Interview.picturePart)
    let rest = byFeature.byPart.filter {
      $0.part != Interview.questionPart && $0.part != Interview.picturePart
    }
    let side: String
    if question > picture, question > 0 {
      side = "The question's words support the answer more than the picture does."
    } else if picture > question, picture > 0 {
      side = "The picture supports the answer more than the question's words do."
    } else {
      side = "Neither the question's words nor the picture support the answer here."
    }
    let gathered = rest.map { abs($0.score) }.max() ?? 0
    guard gathered > max(abs(question), abs(picture)) else { return side }
    return side + " Most sits at the template's tokens, to which the model has carried it."
  }
}
