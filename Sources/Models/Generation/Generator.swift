package import Tensors
package import Tokenization

/// The loop that all generation shares: choose, release text, take a step.
package struct Generator {
  private let tokenizer: Tokenizer
  private let options: GenerationOptions
  private var sampler: Sampler
  private var decoder: StreamingDecoder
  private var watcher: StopWatcher
  private var result = Generation()

  package init(_ tokenizer: Tokenizer, options: GenerationOptions) {
    self.tokenizer = tokenizer
    self.options = options
    sampler = Sampler(options.sampling)
    decoder = StreamingDecoder(tokenizer, skipSpecialTokens: true)
    watcher = StopWatcher(options.stopStrings)
  }

  /// Generates from the logits `[V]` of the prompt's last position.
  ///
  /// - Parameters:
  ///   - step: feeds a token to the model and returns the logits `[V]` after it, nil when the
  ///     context is full. Not called for the last token.
  ///   - onToken: hears of each token and of the text that has become certain with it.
  /// - Throws: what `step` and `onToken` throw; `CancellationError`; `ModelError` on logits that
  ///   are not finite.
  package mutating func run(
    from logits: [Float], cancellation: Cancellation = .never,
    step: (Int) throws -> [Float]?,
    onToken: (_ token: Generation.Token, _ text: String) throws -> Void = { _, _ in }
  ) throws -> Generation {
    var logits = logits
    while true {
      try cancellation.check()
      guard let token = try choose(from: logits, onToken: onToken), let next = try step(token)
      else { return finished() }
      logits = next
    }
  }

  /// Takes the next token.
  /// - Returns: the token to feed to the model; nil where none is wanted any more.
  /// - Throws: as `run`.
  package mutating func choose(
    from logits: [Float],
    onToken: (_ token: Generation.Token, _ text: String) throws -> Void = { _, _ in }
  ) throws -> Int? {
    guard result.tokens.count < options.maxTokens else { return nil }
    let choice = try sampler.choose(logits)
    if options.endTokens.contains(choice.token) {
      result.finish = .endToken
      return nil
    }
    let token = Generation.Token(
      id: choice.token, text: tokenizer.tokenText(choice.token) ?? "",
      logProbability: choice.logProbability)
    let text = released(Array(decoder.append(choice.token).utf8))
    result.tokens.append(token)
    result.text += text
    try onToken(token, text)
    if watcher.isStopped {
      result.finish = .stopString
      return nil
    }
    return result.tokens.count < options.maxTokens ? choice.token : nil
  }

  /// What was generated, with the text that was held back.
  package mutating func finished() -> Generation {
    result.text += released(Array(decoder.finish().utf8)) + flushed()
    return result
  }

  private mutating func released(_ bytes: [UInt8]) -> String {
    String(decoding: watcher.append(bytes), as: UTF8.self)
  }

  private mutating func flushed() -> String { String(decoding: watcher.flush(), as: UTF8.self) }
}
