/// Cuts a template into text and tags, and tags into tokens.
///
/// White space is treated as transformers sets Jinja up: the newline after a block tag goes
/// (trim_blocks), so do blanks before one that begins a line (lstrip_blocks); `-` inside a tag
/// takes all white space on its side, `+` keeps it.
struct TemplateLexer {
  enum Token: Hashable, Sendable {
    case text(String)
    case beginOutput
    case beginBlock
    /// The end of either kind of tag.
    case endTag
    case name(String)
    case string(String)
    case integer(Int)
    case number(Double)
    case symbol(String)
  }

  struct Located: Sendable {
    let token: Token
    let line: Int
  }

  private static let symbols = [
    "==", "!=", "<=", ">=", "//", "**", "<", ">", "=", "+", "-", "*", "/", "%", "~", "|", "(",
    ")", "[", "]", "{", "}", ",", ".", ":",
  ].map { Array($0.unicodeScalars) }

  private let source: [Unicode.Scalar]
  private var position = 0
  private var line = 1
  private var tokens: [Located] = []
  /// Whether the last tag's end reached the start of a line.
  private var lineStarts = true
  /// Whether the tag before asked for white space after it to go.
  private var stripsNext = false

  init(_ text: String) {
    var scalars: [Unicode.Scalar] = []
    for scalar in text.unicodeScalars {
      if scalar == "\n", scalars.last == "\r" { scalars.removeLast() }
      scalars.append(scalar)
    }
    if scalars.last == "\n" { scalars.removeLast() }
    source = scalars
  }

  mutating func run() throws(TokenizationError) -> [Located] {
    while position < source.count {
      let tag = nextTag()
      emitText(upTo: tag)
      if tag < source.count { try readTag() }
    }
    return tokens
  }

  private func failure(_ reason: String) -> TokenizationError {
    .template(line: line, reason: reason)
  }

  private func scalar(_ index: Int) -> Unicode.Scalar? {
    index < source.count ? source[index] : nil
  }

  private mutating func advance(to end: Int) {
    for index in position..<end where source[index] == "\n" { line += 1 }
    position = end
  }

  private func nextTag() -> Int {
    var index = position
    while index < source.count {
      if source[index] == "{", let next = scalar(index + 1), "{%#".unicodeScalars.contains(next) {
        return index
      }
      index += 1
    }
    return index
  }

  /// Emits the text before the tag at `tag`, less the white space that tags around it take.
  private mutating func emitText(upTo tag: Int) {
    var text = source[position..<tag]
    if stripsNext { text = text.drop { $0.properties.isWhitespace } }
    let sign = scalar(tag + 2)
    if tag < source.count, sign == "-" {
      while text.last?.properties.isWhitespace == true { text.removeLast() }
    } else if tag < source.count, sign != "+", source[tag + 1] != "{" {
      let lineStart = text.lastIndex(of: "\n").map { $0 + 1 }
      if lineStart != nil || lineStarts {
        let from = lineStart ?? text.startIndex
        if text[from...].allSatisfy({ $0.properties.isWhitespace }) { text = text[..<from] }
      }
    }
    if !text.isEmpty {
      var content = String.UnicodeScalarView()
      content.append(contentsOf: text)
      tokens.append(.init(token: .text(String(content)), line: line))
    }
    advance(to: tag)
  }

  private mutating func readTag() throws(TokenizationError) {
    let kind = source[position + 1]
    let opening = line
    advance(to: position + 2)
    if let sign = scalar(position), sign == "-" || sign == "+" { advance(to: position + 1) }
    if kind == "#" {
      while position < source.count, !(source[position] == "#" && scalar(position + 1) == "}") {
        advance(to: position + 1)
      }
      guard position < source.count else {
        throw .template(line: opening, reason: "the comment does not end")
      }
      // The sign before the end of a comment belongs to its text.
      finishTag(length: 2, strips: source[position - 1] == "-", trims: true)
      return
    }
    tokens.append(.init(token: kind == "{" ? .beginOutput : .beginBlock, line: line))
    try readTokens(closing: kind == "{" ? "}" : "%", opening: opening)
  }

  private mutating func readTokens(
    closing: Unicode.Scalar, opening: Int
  ) throws(TokenizationError) {
    var depth = 0
    while let current = scalar(position) {
      let signLength = current == "-" || current == "+" ? 1 : 0
      if depth == 0, scalar(position + signLength) == closing,
        scalar(position + signLength + 1) == "}"
      {
        tokens.append(.init(token: .endTag, line: line))
        finishTag(
          length: signLength + 2, strips: current == "-", trims: closing == "%" && current != "+")
        return
      }
      if "([{".unicodeScalars.contains(current) { depth += 1 }
      if ")]}".unicodeScalars.contains(current) { depth -= 1 }
      try readToken(current)
    }
    throw .template(line: opening, reason: "the tag does not end")
  }

  private mutating func finishTag(length: Int, strips: Bool, trims: Bool) {
    advance(to: position + length)
    stripsNext = strips
    lineStarts = false
    if trims, !strips, scalar(position) == "\n" {
      advance(to: position + 1)
      lineStarts = true
    }
    if strips, let end = source[position...].firstIndex(where: { !$0.properties.isWhitespace }) {
      lineStarts = end > position && source[end - 1] == "\n"
    }
  }

  private mutating func readToken(_ current: Unicode.Scalar) throws(TokenizationError) {
    if current.properties.isWhitespace {
      advance(to: position + 1)
    } else if current == "'" || current == "\"" {
      let start = line
      tokens.append(.init(token: .string(try readString(current)), line: start))
    } else if ("0"..."9").contains(current) {
      tokens.append(.init(token: try readNumber(), line: line))
    } else if current == "_" || current.properties.isXIDStart {
      let start = position
      let end =
        source[start...].firstIndex { $0 != "_" && !$0.properties.isXIDContinue } ?? source.count
      advance(to: end)
      tokens.append(.init(token: .name(text(start..<end)), line: line))
    } else if let symbol = Self.symbols.first(where: { source[position...].starts(with: $0) }) {
      advance(to: position + symbol.count)
      tokens.append(
        .init(token: .symbol(symbol.map { String($0) }.joined()), line: line))
    } else {
      throw failure("unexpected character \(current)")
    }
  }

  private func text(_ range: Range<Int>) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: source[range])
    return String(view)
  }

  private mutating func readNumber() throws(TokenizationError) -> Token {
    let start = position
    var end = position
    var isInteger = true
    while let digit = scalar(end) {
      if digit == ".", isInteger, let next = scalar(end + 1), ("0"..."9").contains(next) {
        isInteger = false
      } else if !("0"..."9").contains(digit) {
        break
      }
      end += 1
    }
    let digits = text(start..<end)
    advance(to: end)
    if isInteger, let value = Int(digits) { return .integer(value) }
    guard !isInteger, let value = Double(digits) else { throw failure("\(digits) is too large") }
    return .number(value)
  }

  private mutating func readString(_ quote: Unicode.Scalar) throws(TokenizationError) -> String {
    var content = String.UnicodeScalarView()
    advance(to: position + 1)
    while let current = scalar(position) {
      advance(to: position + 1)
      if current == quote { return String(content) }
      guard current == "\\", let escape = scalar(position) else {
        content.append(current)
        continue
      }
      advance(to: position + 1)
      switch escape {
      case "n": content.append("\n")
      case "t": content.append("\t")
      case "r": content.append("\r")
      case "\\", "'", "\"": content.append(escape)
      case "u", "x": content.append(try readCodePoint(digits: escape == "u" ? 4 : 2))
      default: content.append(contentsOf: ["\\", escape])
      }
    }
    throw failure("the string does not end")
  }

  private mutating func readCodePoint(digits: Int) throws(TokenizationError) -> Unicode.Scalar {
    let end = position + digits
    guard end <= source.count, let value = UInt32(text(position..<end), radix: 16),
      let scalar = Unicode.Scalar(value)
    else { throw failure("a \\u or \\x escape without its digits") }
    advance(to: end)
    return scalar
  }
}
