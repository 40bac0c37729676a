/// Everything that a tokenizer.json defines, read and checked.
struct TokenizerParts: Sendable {
  /// Tokens of the model and added ones.
  var allTokens: Vocabulary
  var specialTokens: Set<Int>
  /// Added tokens found in the raw text.
  var rawTokens: AddedTokenMatcher
  /// Added tokens found in the normalised text.
  var normalizedTokens: AddedTokenMatcher
  /// What those are decoded to, by id: their normalised spelling, as in the reference.
  var normalizedSpellings: [Int: [UInt8]]
  var normalizer: Normalizer?
  var preTokenizer: PreTokenizer?
  var model: BytePairEncoding
  var template: SpecialTokenTemplate
  var decoder: TokenDecoder?
}

/// The special tokens put around a text.
struct SpecialTokenTemplate: Sendable, Equatable {
  var before: [Int] = []
  var after: [Int] = []
}
