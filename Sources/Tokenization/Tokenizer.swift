/// Text to token ids and back, as a checkpoint's tokenizer.json defines it.
///
/// The way of the text: added tokens are found, what lies between them is normalised and cut into
/// words, each word is encoded by byte-pair merges, and special tokens are put around the whole.
/// Held to the `tokenizers` library on every family that is supported: Llama 3, Qwen 2, Llama 2,
/// Vicuna and Mistral.
package final class Tokenizer: Sendable {
  let parts: TokenizerParts
  private let alphabet = ByteAlphabet()

  /// Reads the content of a tokenizer.json. Throws `.malformed`, `.unsupported`.
  package init(json: [UInt8]) throws(TokenizationError) {
    parts = try TokenizerFile.read(json)
  }

  // MARK: Vocabulary

  /// Tokens of the model and added ones.
  package var vocabularySize: Int { parts.allTokens.count }

  /// One more than the highest id.
  package var idEnd: Int { parts.allTokens.idEnd }

  /// Ids that decoding leaves out on request.
  package var specialTokenIDs: Set<Int> { parts.specialTokens }

  /// The id of the token spelled exactly `token` in the vocabulary ("Ġcat", "▁cat", "<|eot_id|>").
  package func id(ofToken token: String) -> Int? { parts.allTokens.id(of: Array(token.utf8)) }

  /// The spelling in the vocabulary of token `id`; nil where there is no such token.
  package func token(_ id: Int) -> String? {
    parts.allTokens[id].map { String(decoding: $0, as: UTF8.self) }
  }

  // MARK: Encoding

  /// The ids of `text`. `addSpecialTokens` adds what the file's post-processor says, such as one
  /// beginning-of-text token.
  package func encode(_ text: String, addSpecialTokens: Bool) throws(TokenizationError) -> [Int] {
    var ids: [Int] = []
    var scratch = BytePairEncoding.Scratch()
    if addSpecialTokens { ids.append(contentsOf: parts.template.before) }
    let bytes = Array(text.utf8)
    for stretch in parts.rawTokens.stretches(of: bytes) {
      if let token = stretch.token {
        ids.append(token)
      } else {
        let isAtStart = stretch.range.lowerBound == 0
        try encode(
          Array(bytes[stretch.range]), isAtStart: isAtStart, into: &ids, scratch: &scratch)
      }
    }
    if addSpecialTokens { ids.append(contentsOf: parts.template.after) }
    return ids
  }

  /// Encodes a stretch of raw text that lies between added tokens.
  private func encode(
    _ bytes: [UInt8], isAtStart: Bool, into ids: inout [Int],
    scratch: inout BytePairEncoding.Scratch
  ) throws(TokenizationError) {
    let normalized = parts.normalizer?(bytes) ?? bytes
    for stretch in parts.normalizedTokens.stretches(of: normalized) {
      if let token = stretch.token {
        ids.append(token)
        continue
      }
      let piece = Piece(
        bytes: Array(normalized[stretch.range]),
        isAtStart: isAtStart && stretch.range.lowerBound == 0)
      let words = try parts.preTokenizer?(piece, alphabet) ?? [piece]
      for word in words {
        parts.model.encode(word.bytes[...], into: &ids, scratch: &scratch)
      }
    }
  }

  /// What a text encodes to by itself, special tokens not added.
  package enum Encoding: Sendable, Equatable {
    case token(Int)
    /// The tokens and the text that each stands for.
    case split([Part])

    package struct Part: Sendable, Equatable {
      package let id: Int
      package let text: String
    }
  }

  /// The one token that `text` is, or the several that it falls into.
  package func singleToken(for text: String) throws(TokenizationError) -> Encoding {
    let ids = try encode(text, addSpecialTokens: false)
    if ids.count == 1 { return .token(ids[0]) }
    return .split(ids.map { .init(id: $0, text: tokenText($0) ?? "") })
  }

  // MARK: Decoding

  /// The text of `ids`; ids without a token are left out. Bytes that are not UTF-8 become U+FFFD.
  package func decode(_ ids: [Int], skipSpecialTokens: Bool) -> String {
    let tokens: [[UInt8]] = ids.compactMap { id in
      if skipSpecialTokens && parts.specialTokens.contains(id) { return nil }
      return spelling(id)
    }
    guard let decoder = parts.decoder else {
      return String(
        decoding: Array(tokens.joined(separator: [UInt8(ascii: " ")])), as: UTF8.self)
    }
    return String(decoding: Array(decoder(tokens, alphabet).joined()), as: UTF8.self)
  }

  /// The bytes that token `id` stands for within a text; nil where there is no such token.
  /// They may be part of a character.
  package func tokenBytes(_ id: Int) -> [UInt8]? {
    guard let token = spelling(id) else { return nil }
    return parts.decoder?.bytes(of: token, alphabet) ?? token
  }

  /// What the decoder reads for token `id`.
  private func spelling(_ id: Int) -> [UInt8]? {
    parts.normalizedSpellings[id] ?? parts.allTokens[id].map(Array.init)
  }

  /// The text that token `id` alone stands for within a text, U+FFFD for parts of characters.
  package func tokenText(_ id: Int) -> String? {
    tokenBytes(id).map { String(decoding: $0, as: UTF8.self) }
  }
}
