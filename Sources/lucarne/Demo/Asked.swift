import KernelProtocol

/// A question that is open in the kernel as a context, with the model's own answer.
struct Asked {
  let context: String
  let question: String
  /// What the picture answers, where that is known.
  let right: String?
  let answer: String
  let answerTokens: [GeneratedToken]

  var isRight: Bool { right == answer }
}
