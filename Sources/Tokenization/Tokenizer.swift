internal import Synchronization

/// Text to token ids and back, as a checkpoint's tokenizer.json defines it.
///
/// The way of the text: added tokens are found, what lies between them is normalised and cut into
/// words, each word is encoded by byte-pair merges, and special tokens are put around the whole.
/// Held to the `tokenizers` library on every family that is supported: Llama 3, Qwen 2, Llama 2,
/// Vicuna and Mistral.
package final class Tokenizer: Sendable {
  let parts: TokenizerParts
  private let name: String
  private let alphabet = ByteAlphabet()
  /// Made when a token is first sought by its text.
  private let texts = Mutex<TokenTexts?>(nil)

  /// Reads the content of a tokenizer.json, which errors call `name`. Throws `.malformed`,
  /// `.unsupported`.
  package init(json: [UInt8], name: String = "tokenizer.json") throws(TokenizationError) {
    self.name = name
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
  ///
  /// Throws `.overBudget` where the file's steps make more of the text than any sound file does,
  /// `.stopped` once `isStopped` says that the tokens are no longer wanted.
  package func encode(
    _ text: String, addSpecialTokens: Bool,
    isStopped: @escaping @Sendable () -> Bool = { false }
  ) throws(TokenizationError) -> [Int] {
    var ids: [Int] = []
    var scratch = BytePairEncoding.Scratch()
    if addSpecialTokens { ids.append(contentsOf: parts.template.before) }
    let bytes = Array(text.utf8)
    let budget = self.budget(for: bytes.count, isStopped: isStopped)
    for stretch in try parts.rawTokens.stretches(of: bytes, budget) {
      if let token = stretch.token {
        ids.append(token)
      } else {
        let isAtStart = stretch.range.lowerBound == 0
        try encode(
          Array(bytes[stretch.range]), isAtStart: isAtStart, into: &ids, scratch: &scratch,
          budget: budget)
      }
    }
    if addSpecialTokens { ids.append(contentsOf: parts.template.after) }
    return ids
  }

  /// A dozen steps of a sound file read and write the text a few times each.
  private func budget(
    for byteCount: Int, isStopped: @escaping @Sendable () -> Bool = { false }
  ) -> TextBudget {
    let room = (1 << 22) + 512 * byteCount
    return TextBudget("the tokenizer \(name)", steps: room, bytes: room, isStopped: isStopped)
  }

  /// Encodes a stretch of raw text that lies between added tokens.
  private func encode(
    _ bytes: [UInt8], isAtStart: Bool, into ids: inout [Int],
    scratch: inout BytePairEncoding.Scratch, budget: TextBudget
  ) throws(TokenizationError) {
    let raw = Piece(bytes: bytes, isAtStart: isAtStart)
    let normalized = try parts.normalizer?(raw, budget) ?? raw
    // Of nothing the reference makes no word, not even one of a prefix.
    if normalized.bytes.isEmpty { return }
    for stretch in try parts.normalizedTokens.stretches(of: normalized.bytes, budget) {
      if let token = stretch.token {
        ids.append(token)
        continue
      }
      let piece = Piece(
        bytes: Array(normalized.bytes[stretch.range]),
        isAtStart: normalized.isAtStart && stretch.range.lowerBound == 0)
      let words = try parts.preTokenizer?(piece, alphabet, budget) ?? [piece]
      for word in words {
        try budget.spend(steps: 1 + word.bytes.count)
        try parts.model.encode(word.bytes[...], into: &ids, scratch: &scratch, budget: budget)
      }
    }
  }

  /// What a text is as a token.
  package enum Encoding: Sendable, Equatable {
    case token(Int)
    /// Several tokens are shown as this text.
    case ambiguous([Part])
    /// The tokens into which it falls, special tokens not added, and the text of each.
    case split([Part])

    package struct Part: Sendable, Equatable {
      package let id: Int
      package let text: String
    }
  }

  /// The one token that is shown as `text`, as `tokenText` or `spelledText` has it; where there is
  /// none, the one that the text encodes to by itself, which may begin with a space more ("▁Yes"
  /// for "Yes").
  package func singleToken(for text: String) throws(TokenizationError) -> Encoding {
    let shown = ids(shownAs: text)
    if shown.count == 1 { return .token(shown[0]) }
    if shown.count > 1 {
      return .ambiguous(shown.map { .init(id: $0, text: token($0) ?? "") })
    }
    let ids = try encode(text, addSpecialTokens: false)
    if ids.count == 1 { return .token(ids[0]) }
    return .split(ids.map { .init(id: $0, text: tokenText($0) ?? "") })
  }

  /// The tokens that are shown as `text`, ascending.
  private func ids(shownAs text: String) -> [Int] {
    let texts = texts.withLock { known in
      let made = known ?? TokenTexts(idEnd: idEnd, text: tokenText)
      known = made
      return made
    }
    let shown = texts.candidates(for: text).filter {
      tokenText($0)?.utf8.elementsEqual(text.utf8) ?? false
    }
    return shown.isEmpty ? ids(spelledAs: text) : shown
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

  /// The text that token `id` alone is shown as, U+FFFD for parts of characters. A token that
  /// stands for a byte is shown as it is spelled, <0xE4>, where the byte is no character or
  /// another token spells it.
  package func tokenText(_ id: Int) -> String? {
    guard let bytes = tokenBytes(id) else { return nil }
    let isByte = bytes.count == 1 && parts.decoder?.isByte(parts.allTokens[id]) == true
    if isByte, bytes[0] >= 0x80 || isSpelled(bytes) { return token(id) }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Whether the vocabulary has a token that is spelled as `bytes`, or as a space's sign.
  private func isSpelled(_ bytes: [UInt8]) -> Bool {
    let space = bytes == [UInt8(ascii: " ")] && parts.allTokens.id(of: Array("▁".utf8)) != nil
    return space || parts.allTokens.id(of: bytes) != nil
  }
}
