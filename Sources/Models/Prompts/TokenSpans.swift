/// Finds the tokens that hold some of a stretch of the tokenised text.
struct TokenSpans {
  /// By token: the bytes of the text that it holds; nil when the tokens' bytes do not spell the
  /// text (a normaliser changed it).
  private let ranges: [Range<Int>]?
  private let tokens: [Int]
  private let text: [UInt8]
  private let encode: (String) throws -> [Int]

  /// - Parameters:
  ///   - pieces: the bytes that each token stands for.
  ///   - encode: the tokens of a beginning of the text, special tokens added as for the whole.
  init(
    tokens: [Int], pieces: [[UInt8]], text: [UInt8],
    encode: @escaping (String) throws -> [Int]
  ) {
    self.tokens = tokens
    self.text = text
    self.encode = encode
    ranges = Self.align(pieces, with: text)
  }

  /// The tokens that overlap `stretch`; empty where the stretch is.
  func span(of stretch: Range<Int>) throws -> Range<Int> {
    if let ranges {
      let start = ranges.firstIndex { $0.upperBound > stretch.lowerBound } ?? ranges.count
      if stretch.isEmpty { return start..<start }
      let end = ranges[start...].firstIndex { $0.lowerBound >= stretch.upperBound }
      return start..<max(start, end ?? ranges.count)
    }
    // Tokens that a beginning of the text shares with the whole are decided by that beginning.
    let before = try encode(String(decoding: text[..<stretch.lowerBound], as: UTF8.self))
    let upTo = try encode(String(decoding: text[..<stretch.upperBound], as: UTF8.self))
    let start = zip(before, tokens).prefix { $0 == $1 }.count
    return start..<max(start, min(upTo.count, tokens.count))
  }

  /// Lays the tokens' bytes along the text. A special token that the tokenizer put in front holds
  /// nothing; nor does a space that a SentencePiece tokenizer puts before a word.
  private static func align(_ pieces: [[UInt8]], with text: [UInt8]) -> [Range<Int>]? {
    var position = 0
    var ranges: [Range<Int>] = []
    for (index, piece) in pieces.enumerated() {
      let rest = text[position...]
      var length = piece.count
      if !rest.starts(with: piece) {
        if piece.first == 0x20, rest.starts(with: piece.dropFirst()) {
          length = piece.count - 1
        } else if index == 0 {
          length = 0
        } else {
          return nil
        }
      }
      ranges.append(position..<position + length)
      position += length
    }
    return position == text.count ? ranges : nil
  }
}
