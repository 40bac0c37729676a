/// What an index keeps. Fixed when it is made; shards to be merged must agree.
package struct IndexOptions: Sendable, Hashable, Codable {
  /// N, the exemplars of a latent under each ranking of each view.
  package var exemplars: Int
  /// The tokens whose codes are kept to count which latents are active together.
  package var sampledTokens: Int
  /// The tokens of a text span.
  package var spanTokens: Int
  /// How a prompt is rendered: "none", the parts as they are, or "model", the model's chat template.
  package var template: String
  /// The views that are taken in, rising.
  package var views: [IndexView]

  package init(
    exemplars: Int = 20, sampledTokens: Int = 65_536, spanTokens: Int = 64,
    template: String = "none", views: [IndexView] = IndexView.allCases
  ) {
    self.exemplars = exemplars
    self.sampledTokens = sampledTokens
    self.spanTokens = spanTokens
    self.template = template
    self.views = views
  }
}
