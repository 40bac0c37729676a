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
    // Every way to end a line is a newline.
    var follows: Unicode.Scalar?
    for scalar in text.unicodeScalars {
      if !(scalar == "\n" && follows == "\r") { scalars.append(scalar == "\r" ? "\n" : scalar) }
      follows = scalar
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
    if stripsNext { text = text.drop(while: TemplateText.isSpace) }
    let sign = scalar(tag + 2)
    if tag < source.count, sign == "-" {
      while let last = text.last, TemplateText.isSpace(last) { text.removeLast() }
    } else if tag < source.count, sign != "+", source[tag + 1] != "{" {
      let lineStart = text.lastIndex(of: "\n").map { $0 + 1 }
      if lineStart != nil || lineStarts {
        let from = lineStart ?? text.startIndex
        if text[from...].allSatisfy(TemplateText.isSpace) { text = text[..<from] }
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
    if kind == "%", let (end, strips) = wordTag("raw", at: position) {
      try readRaw(from: end, strips: strips, opening: opening)
      return
    }
    tokens.append(.init(token: kind == "{" ? .beginOutput : .beginBlock, line: line))
    try readTokens(closing: kind == "{" ? "}" : "%", opening: opening)
  }

  /// Where a block tag ends that holds nothing but `word`, and whether it takes the white space
  /// behind it; nil where another tag stands at `start`, behind its sign.
  private func wordTag(_ word: String, at start: Int) -> (end: Int, strips: Bool)? {
    var index = start
    while let next = scalar(index), TemplateText.isSpace(next) { index += 1 }
    guard source[index...].starts(with: word.unicodeScalars) else { return nil }
    index += word.unicodeScalars.count
    while let next = scalar(index), TemplateText.isSpace(next) { index += 1 }
    let strips = scalar(index) == "-"
    // Only the end of a raw block may keep the newline behind it.
    if strips || (word == "endraw" && scalar(index) == "+") { index += 1 }
    guard scalar(index) == "%", scalar(index + 1) == "}" else { return nil }
    return (index + 2, strips)
  }

  /// Text up to the tag `endraw`, whatever stands in it.
  private mutating func readRaw(
    from start: Int, strips: Bool, opening: Int
  ) throws(TokenizationError) {
    advance(to: start)
    stripsNext = strips
    lineStarts = false
    var tag = position
    while tag < source.count {
      if source[tag] == "{", scalar(tag + 1) == "%" {
        let sign = scalar(tag + 2)
        let name = sign == "-" || sign == "+" ? tag + 3 : tag + 2
        if let (end, strips) = wordTag("endraw", at: name) {
          emitText(upTo: tag)
          let keepsNewline = scalar(end - 3) == "+"
          advance(to: end - 2)
          finishTag(length: 2, strips: strips, trims: !keepsNewline)
          return
        }
      }
      tag += 1
    }
    throw .template(line: opening, reason: "the raw block does not end")
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
    if strips, let end = source[position...].firstIndex(where: { !TemplateText.isSpace($0) }) {
      lineStarts = end > position && source[end - 1] == "\n"
    }
  }

  private mutating func readToken(_ current: Unicode.Scalar) throws(TokenizationError) {
    if TemplateText.isSpace(current) {
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

  /// Digits, with underscores between, a fraction and an exponent; or 0x, 0o and 0b.
  private mutating func readNumber() throws(TokenizationError) -> Token {
    let start = position
    let radix: Int? =
      scalar(start) == "0"
      ? ["x": 16, "X": 16, "o": 8, "O": 8, "b": 2, "B": 2][scalar(start + 1) ?? " "] : nil
    var isInteger = true
    if let radix {
      advance(to: digitsEnd(from: start + 2, radix: radix))
      let digits = text(start + 2..<position).replacing("_", with: "")
      guard let value = Int(digits, radix: radix) else {
        throw failure("\(text(start..<position)) is not a number, or is too large")
      }
      return .integer(value)
    }
    var end = digitsEnd(from: start, radix: 10)
    if scalar(end) == ".", case let fraction = digitsEnd(from: end + 1, radix: 10),
      fraction > end + 1
    {
      isInteger = false
      end = fraction
    }
    if let mark = scalar(end), mark == "e" || mark == "E" {
      let sign = scalar(end + 1)
      let digits = sign == "+" || sign == "-" ? end + 2 : end + 1
      let exponent = digitsEnd(from: digits, radix: 10)
      if exponent > digits {
        isInteger = false
        end = exponent
      }
    }
    let digits = text(start..<end).replacing("_", with: "")
    advance(to: end)
    if isInteger, let value = Int(digits) { return .integer(value) }
    guard !isInteger, let value = Double(digits) else { throw failure("\(digits) is too large") }
    return .number(value)
  }

  private func digitsEnd(from start: Int, radix: Int) -> Int {
    var end = start
    while let next = scalar(end) {
      let isDigit = UInt32(next.value) < 0x80 && Int(String(next), radix: radix) != nil
      let isSeparator =
        next == "_" && end > start
        && scalar(end + 1).map { Int(String($0), radix: radix) != nil }
          == true
      guard isDigit || isSeparator else { break }
      end += 1
    }
    return end
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
      case "b": content.append("\u{8}")
      case "f": content.append("\u{C}")
      case "v": content.append("\u{B}")
      case "a": content.append("\u{7}")
      case "0": content.append("\0")
      case "\n": break
      case "u": content.append(try readCodePoint(digits: 4))
      case "U": content.append(try readCodePoint(digits: 8))
      case "x": content.append(try readCodePoint(digits: 2))
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
