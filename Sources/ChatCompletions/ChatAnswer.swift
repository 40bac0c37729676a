/// What a model answered.
package struct ChatAnswer: Sendable, Equatable {
  package var text: String
  /// Whether the answer ended at `maxTokens`, not by itself.
  package var isCutShort: Bool
  /// What the server calls the model that answered, if it tells.
  package var model: String?
  package var promptTokens: Int?
  package var completionTokens: Int?
  /// How many times it was asked until it answered.
  package var tries: Int

  package init(
    text: String, isCutShort: Bool = false, model: String? = nil, promptTokens: Int? = nil,
    completionTokens: Int? = nil, tries: Int = 1
  ) {
    self.text = text
    self.isCutShort = isCutShort
    self.model = model
    self.promptTokens = promptTokens
    self.completionTokens = completionTokens
    self.tries = tries
  }
}
