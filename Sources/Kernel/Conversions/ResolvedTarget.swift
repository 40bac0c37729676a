import Interpretation
import KernelProtocol
import Models
import SystemReasons
import Tensors
import Tokenization

/// A wire target with its tokens and positions found, and how it reads.
struct ResolvedTarget {
  let target: AttributionTarget
  /// The tokens that count as the answer; a sequence's, one after the other.
  let answer: [Int]
  /// The tokens it is compared with; nil without a comparison.
  let baseline: [Int]?
  /// The position whose logits are read; of a sequence, the first.
  let position: Int
  /// With the tokens spelt out, as in `logit("Yes") − logit("No")`.
  let title: String
}

extension OpenContext {
  /// Finds a target's tokens and positions.
  ///
  /// - Throws: for texts that are not one token, sets that overlap, and what else makes no target.
  func resolve(_ wire: Target) throws -> ResolvedTarget {
    switch wire {
    case .logitDifference(let answer, let baseline, let position):
      return try difference(answer, baseline, position: try context.position(position))
    case .logit(let spec, let position):
      let (token, position) = (try token(spec), try context.position(position))
      return ResolvedTarget(
        target: .logit(token: token, position: position), answer: [token], baseline: nil,
        position: position, title: "logit(\(spelt(token)))")
    case .logProbability(let spec, let position):
      let (token, position) = (try token(spec), try context.position(position))
      return ResolvedTarget(
        target: .logProbability(token: token, position: position), answer: [token], baseline: nil,
        position: position, title: "log p(\(spelt(token)))")
    case .sequenceLogProbability(let specs): return sequence(try specs.map(token))
    case .textLogProbability(let text):
      return sequence(try context.model.tokenizer.encode(text, addSpecialTokens: false))
    }
  }

  /// The target alone.
  func target(_ wire: Target) throws -> AttributionTarget { try resolve(wire).target }

  /// A token's text in quotes, with its number where the text does not tell it.
  func spelt(_ token: Int) -> String {
    let text = text(ofToken: token)
    let isTold = !text.isEmpty && !text.contains("\u{FFFD}")
    return isTold ? SpeltText.quoted(text) : "\(SpeltText.quoted(text)) (token \(token))"
  }

  private func difference(
    _ answer: TokenSet, _ baseline: TokenSet?, position: Int
  ) throws -> ResolvedTarget {
    let answers = try tokens(answer)
    let baselines = try baseline.map(tokens) ?? [try runnerUp(to: answers, position: position)]
    if answers.count == 1, answers == baselines {
      throw InterpretationError.unsupportedTarget(
        "answer and baseline are the same token, \(numbered(answers[0])): their difference is 0 "
          + "whatever the "
          + "model does")
    }
    if let both = answers.first(where: baselines.contains) {
      throw InterpretationError.unsupportedTarget(
        "the token \(numbered(both)) is in both answer and baseline")
    }
    let target: AttributionTarget =
      answers.count == 1 && baselines.count == 1
      ? .logitDifference(answer: answers[0], baseline: baselines[0], position: position)
      : .logOdds(answers: answers, baselines: baselines, position: position)
    let title =
      answers.count == 1 && baselines.count == 1
      ? difference(answers[0], baselines[0])
      : "log odds of \(set(answers)) over \(set(baselines))"
    return ResolvedTarget(
      target: target, answer: answers, baseline: baselines, position: position, title: title)
  }

  /// The title of a difference; two tokens that are shown alike are told apart by their numbers.
  private func difference(_ answer: Int, _ baseline: Int) -> String {
    var names = (spelt(answer), spelt(baseline))
    if names.0 == names.1 {
      names = (numbered(answer), numbered(baseline))
    }
    return "logit(\(names.0)) − logit(\(names.1))"
  }

  /// A token's text in quotes with its number.
  private func numbered(_ token: Int) -> String {
    "\(SpeltText.quoted(text(ofToken: token))) (token \(token))"
  }

  private func sequence(_ tokens: [Int]) -> ResolvedTarget {
    let text = context.model.tokenizer.decode(tokens, skipSpecialTokens: false)
    return ResolvedTarget(
      target: .sequenceLogProbability(tokens: tokens), answer: tokens, baseline: nil,
      position: context.tokenCount - 1, title: "log p(\(SpeltText.quoted(text)))")
  }

  private func set(_ tokens: [Int]) -> String {
    if tokens.count == 1 { return spelt(tokens[0]) }
    let shown = tokens.prefix(6).map(spelt).joined(separator: ", ")
    return "{\(shown)\(tokens.count > 6 ? ", and \(tokens.count - 6) more" : "")}"
  }

  // MARK: Sets

  private func tokens(_ set: TokenSet) throws -> [Int] {
    switch set {
    case .one(let spec): return [try token(spec)]
    case .several(let specs):
      var seen = Set<Int>()
      return try specs.map(token).filter { seen.insert($0).inserted }
    case .variants(let text):
      let spelling = Self.spelling(text)
      let found =
        spelling.isEmpty
        ? []
        : (0..<context.decoder.vocabularySize).filter {
          Self.spelling(self.text(ofToken: $0)) == spelling
        }
      guard !found.isEmpty else {
        throw InterpretationError.unsupportedTarget(
          "no token of the vocabulary spells \(quoted(text)), with or without a space before it, "
            + "in "
            + "capitals or not")
      }
      return found
    }
  }

  /// The likeliest other token: one that spells the answer differently is no alternative to it.
  private func runnerUp(to answers: [Int], position: Int) throws -> Int {
    let spellings = Set(answers.map { Self.spelling(text(ofToken: $0)) }).subtracting([""])
    let logits = try context.logits(at: position)
    let other = DescendingPlaces(logits).first {
      !answers.contains($0) && !spellings.contains(Self.spelling(text(ofToken: $0)))
    }
    guard let other else {
      throw InterpretationError.unsupportedTarget(
        "every token of the vocabulary spells the answer: give a baseline")
    }
    return other
  }

  /// A text without the space before it, in small letters.
  static func spelling(_ text: String) -> String {
    text.drop(while: \.isWhitespace).lowercased()
  }
}

extension AttributionCompute.TargetValue {
  init(_ resolved: ResolvedTarget, value: Float, in open: OpenContext) {
    func told(_ tokens: [Int]) -> [AttributionCompute.Token] {
      tokens.map { .init(id: $0, text: open.text(ofToken: $0)) }
    }
    self.init(
      value: Double(value), title: resolved.title, answer: told(resolved.answer),
      baseline: resolved.baseline.map(told), position: resolved.position)
  }
}
