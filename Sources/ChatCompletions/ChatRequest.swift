/// One question: an instruction, and a message of texts and pictures.
package struct ChatRequest: Sendable, Equatable {
  package enum Part: Sendable, Equatable {
    case text(String)
    /// A PNG file's bytes, sent as a data URL.
    case png([UInt8])
  }

  package var system: String?
  package var parts: [Part]
  /// The most tokens of the answer.
  package var maxTokens: Int
  /// 0: the likeliest token each time.
  package var temperature: Double

  package init(
    system: String? = nil, parts: [Part], maxTokens: Int = 512, temperature: Double = 0
  ) {
    self.system = system
    self.parts = parts
    self.maxTokens = maxTokens
    self.temperature = temperature
  }
}
