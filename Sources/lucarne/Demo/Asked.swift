import KernelProtocol

/// A question that is open in the kernel as a context, with the model's own answer.
struct Asked {
  let context: String
  /// The held-out picture's name, or the file's.
  let picture: String
  let question: String
  /// What the picture answers, where that is known.
  let right: String?
  let answer: String
  let answerTokens: [GeneratedToken]
  let tokenCount: Int
  /// Positions taken from a context that was open already.
  let reused: Int

  var isRight: Bool { right == answer }
  var isYesOrNo: Bool { answer == "Yes" || answer == "No" }
}

/// A token as a candidate for the answer.
struct Candidate {
  let id: Int
  let text: String
  let logit: Double
  let probability: Double

  init(_ item: ContextLogits.Item) {
    id = item.token
    text = item.text
    logit = item.logit
    probability = exponential(item.logProb)
  }
}
