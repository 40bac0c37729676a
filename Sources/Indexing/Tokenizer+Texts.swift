import Tokenization

extension Tokenizer {
  /// What each token adds to the text; a character of several tokens comes with the last.
  func texts(of tokens: [Int]) -> [String] {
    var decoder = StreamingDecoder(self, skipSpecialTokens: false)
    var texts = tokens.map { decoder.append($0) }
    if !texts.isEmpty { texts[texts.count - 1] += decoder.finish() }
    return texts
  }
}
