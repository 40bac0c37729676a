/// When to stop and how to choose while generating.
package struct GenerationOptions: Sendable {
  /// At most this many tokens.
  package var maxTokens: Int
  package var sampling: SamplingOptions
  /// Any of these ends the answer and is no part of it.
  package var endTokens: Set<Int>
  /// Any of these ends the answer, which is cut before it.
  package var stopStrings: [String]

  package init(
    maxTokens: Int, sampling: SamplingOptions = .greedy, endTokens: Set<Int> = [],
    stopStrings: [String] = []
  ) {
    self.maxTokens = maxTokens
    self.sampling = sampling
    self.endTokens = endTokens
    self.stopStrings = stopStrings
  }
}

/// What was generated.
package struct Generation: Sendable {
  package struct Token: Sendable, Equatable {
    package let id: Int
    /// What the token alone stands for; U+FFFD for a part of a character.
    package let text: String
    /// Under the model itself, whatever the temperature.
    package let logProbability: Float
  }

  package enum Finish: String, Sendable {
    /// An end token was chosen.
    case endToken
    /// A stop string came up.
    case stopString
    /// `maxTokens`, or the model's context, is full.
    case length
  }

  /// Whole characters, cut before a stop string.
  package internal(set) var text = ""
  /// All tokens but the end token; with a stop string also those that spell it.
  package internal(set) var tokens: [Token] = []
  package internal(set) var finish = Finish.length
}
