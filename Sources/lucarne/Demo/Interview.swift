import Glibc
import KernelProtocol

/// Puts questions about pictures to a kernel.
final class Interview {
  /// What parts of the prompts are called.
  static let picturePart = "picture"
  static let questionPart = "question"

  let kernel: ChildKernel
  let sae: String
  let saeFacts: KernelStatus.Autoencoder
  /// What the kernel warns of, such as an autoencoder that fits badly.
  let warning: String?
  let modelFacts: KernelStatus.Model
  private var tokens: [String: [ContextTokens.Token]] = [:]

  /// Makes the kernel load what it was started with, or the embedded world.
  /// - Parameter path: a picture to do it with.
  init(_ kernel: ChildKernel, firstPicture path: String) throws {
    self.kernel = kernel
    let first = try kernel(
      ContextOpen.self,
      ContextOpen.Params(parts: [Part(content: .image(.path(path))), Part(content: .text("?"))]))
    let status = try kernel(KernelStatus.self, Empty())
    guard let model = status.models.last, let sae = status.saes.last else {
      throw DemoError.noAutoencoder
    }
    (self.sae, saeFacts, modelFacts, warning) = (sae.sae, sae, model, status.message)
    _ = try kernel(ContextClose.self, ContextClose.Params(context: first.context))
  }

  /// Opens a question about a picture and lets the model answer it.
  func ask(_ question: String, about path: String, right: String?) throws -> Asked {
    let opened = try kernel(
      ContextOpen.self,
      ContextOpen.Params(parts: [
        Part(id: Self.picturePart, content: .image(.path(path))),
        Part(id: Self.questionPart, content: .text(question)),
      ]))
    let generated = try kernel(
      ContextGenerate.self, ContextGenerate.Params(context: opened.context, maxTokens: 8))
    return Asked(
      context: opened.context, question: question, right: right, answer: trimmed(generated.text),
      answerTokens: generated.tokens)
  }

  /// The likeliest first tokens of an answer.
  func candidates(for asked: Asked, count: Int) throws -> [Candidate] {
    try kernel(ContextLogits.self, ContextLogits.Params(context: asked.context, topK: count))
      .items.map(Candidate.init)
  }

  /// The tokens of a context; those of a picture know their pixels.
  func tokens(of asked: Asked) throws -> [ContextTokens.Token] {
    if let known = tokens[asked.context] { return known }
    let found = try kernel(
      ContextTokens.self, ContextTokens.Params(context: asked.context)
    ).tokens
    tokens[asked.context] = found
    return found
  }

  /// The active features of a prompt with every position; the score is the sum of the activations.
  func activations(_ asked: Asked) throws -> [FeatureActivations.Item] {
    try kernel(
      FeatureActivations.self,
      FeatureActivations.Params(
        context: asked.context, sae: sae, topK: saeFacts.latents, rankBy: .sum)
    ).items
  }

  /// Scores of features, added up over positions.
  func attribution(
    _ asked: Asked, _ target: Target, method: AttributionCompute.Method = .gradient, topK: Int,
    verify: Int?, parts: AttributionCompute.PartsRequest,
    render: AttributionCompute.Render? = nil
  ) throws -> AttributionCompute.Result {
    try kernel(
      AttributionCompute.self,
      AttributionCompute.Params(
        context: asked.context, sae: sae, target: target, method: method, topK: topK,
        aggregate: .feature, parts: parts, verify: verify, render: render))
  }
}

/// The text without white space at its ends.
func trimmed(_ text: String) -> String {
  let rest = text.drop { $0.isWhitespace }
  return String(rest.reversed().drop { $0.isWhitespace }.reversed())
}

/// e to the `exponent`.
func exponential(_ exponent: Double) -> Double { exp(exponent) }
