/// What an index keeps. Fixed when it is made; shards to be merged must agree.
package struct IndexOptions: Sendable, Hashable, Codable {
  /// N, the exemplars of a latent under each ranking of each view.
  package var exemplars: Int
  /// The tokens whose codes are kept to count which latents are active together.
  package var sampledTokens: Int
  /// The tokens of a text span.
  package var spanTokens: Int
  /// How a prompt is rendered: "none", the parts as they are, or "model",
  /// the model's chat template.
  package var template: String
  /// The views that are taken in: pictures' in the order of their tokens, then text.
  package var views: [IndexView]
  /// What each picture is asked; nil where pictures and prompts are run as they are.
  package var questions: Questions?

  /// What each picture is asked, as the model is.
  package struct Questions: Sendable, Hashable, Codable {
    /// As items have them.
    package var texts: [String]
    /// The most tokens of the model's answer; 0 for none.
    package var answerTokens: Int

    package init(texts: [String], answerTokens: Int) {
      self.texts = texts
      self.answerTokens = answerTokens
    }
  }

  package init(
    exemplars: Int = 20, sampledTokens: Int = 65_536, spanTokens: Int = 64,
    template: String = "none", views: [IndexView] = IndexView.numbered,
    questions: Questions? = nil
  ) {
    self.exemplars = exemplars
    self.sampledTokens = sampledTokens
    self.spanTokens = spanTokens
    self.template = template
    self.views = views
    self.questions = questions
  }

  /// The views that questions can be about, pictures' first: the numbered ones, taken in or not,
  /// unless the index takes in others.
  package var knownViews: [IndexView] {
    views.allSatisfy { IndexView.numbered.contains($0) } ? IndexView.numbered : views
  }

  /// The first of them: what a picture is first seen in.
  package var firstView: IndexView { knownViews.first ?? .text }

  /// The last of a picture's: what it is seen in best; nil for an index of texts.
  package var lastPictureView: IndexView? { knownViews.last { $0 != .text } }

  /// What is not as it was in an index that has `others`, in words.
  func difference(from others: IndexOptions) -> String {
    func views(_ options: IndexOptions) -> String {
      options.views.map(\.name).joined(separator: ", ")
    }
    func asked(_ options: IndexOptions) -> String {
      options.questions.map { asked in
        asked.texts.map(\.debugDescription).joined(separator: ", ")
          + ", answered in at most \(asked.answerTokens) tokens"
      } ?? "none"
    }
    let values = [
      ("exemplars", "\(others.exemplars)", "\(exemplars)"),
      ("sampledTokens", "\(others.sampledTokens)", "\(sampledTokens)"),
      ("spanTokens", "\(others.spanTokens)", "\(spanTokens)"),
      ("template", others.template, template), ("views", views(others), views(self)),
      ("questions", asked(others), asked(self)),
    ]
    return values.filter { $0.1 != $0.2 }.map { "\($0.0) was \($0.1) and is now \($0.2)" }
      .joined(separator: "; ")
  }

  /// The places of a text of so many tokens; an item without a text is one place.
  package func spans(tokens: Int) -> Int {
    Swift.max(1, tokens / spanTokens + (tokens % spanTokens == 0 ? 0 : 1))
  }

  /// The positions of an item's view, of its text those of one span.
  package func positions(of item: IndexItem, view: IndexView, span: Int) -> Int {
    guard view == .text else { return item.positionCount(in: view) }
    guard (0..<spans(tokens: item.tokens.count)).contains(span) else { return 0 }
    return min(spanTokens, item.tokens.count - span * spanTokens)
  }
}
