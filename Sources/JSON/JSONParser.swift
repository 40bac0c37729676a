/// Reads one JSON text, strictly and without recursion, so that no nesting can exhaust the stack.
struct JSONParser {
  private let bytes: [UInt8]
  private let limits: JSONLimits
  private var index = 0
  private var valueCount = 0

  /// An array or object whose end has not been read yet; filled in place, so that a long one is
  /// never copied.
  private struct Open {
    let isObject: Bool
    var elements: [JSONValue] = []
    var members: [JSONObject.Member] = []
    var name = ""
  }

  init(_ bytes: [UInt8], limits: JSONLimits) {
    self.bytes = bytes
    self.limits = limits
  }

  mutating func parse() throws(JSONError) -> JSONValue {
    var open: [Open] = []
    skipWhitespace()
    while true {
      guard let opened = try openContainer(depth: open.count) else {
        let value = try scalarOrEmptyContainer(depth: open.count)
        if let whole = try attach(value, to: &open) { return whole }
        continue
      }
      open.append(opened)
    }
  }

  // MARK: Containers

  /// Steps into a container that has members; nil for anything else, nothing consumed.
  private mutating func openContainer(depth: Int) throws(JSONError) -> Open? {
    guard let first = peek, first == Ascii.brace || first == Ascii.bracket else { return nil }
    let isObject = first == Ascii.brace
    let start = index
    index += 1
    skipWhitespace()
    if peek == (isObject ? Ascii.closeBrace : Ascii.closeBracket) {
      index = start
      return nil
    }
    try count()
    try requireRoom(depth: depth)
    return isObject ? Open(isObject: true, name: try memberName()) : Open(isObject: false)
  }

  /// Puts a finished value where it belongs and closes what ends with it.
  /// Returns the whole text's value once its end is reached, else nil: another value follows.
  private mutating func attach(
    _ finished: JSONValue, to open: inout [Open]
  ) throws(JSONError) -> JSONValue? {
    var value = finished
    while let last = open.indices.last {
      skipWhitespace()
      let isObject = open[last].isObject
      if isObject {
        open[last].members.append(.init(name: open[last].name, value: value))
      } else {
        open[last].elements.append(value)
      }
      if peek == Ascii.comma {
        index += 1
        skipWhitespace()
        if isObject { open[last].name = try memberName() }
        return nil
      }
      guard peek == (isObject ? Ascii.closeBrace : Ascii.closeBracket) else {
        throw failure(isObject ? "expected ',' or '}'" : "expected ',' or ']'")
      }
      index += 1
      let closed = open.removeLast()
      value = isObject ? .object(JSONObject(closed.members)) : .array(closed.elements)
    }
    skipWhitespace()
    guard index == bytes.count else { throw failure("text after the end of the value") }
    return value
  }

  private mutating func memberName() throws(JSONError) -> String {
    guard peek == Ascii.quote else { throw failure("expected a member name in quotes") }
    let name = try string()
    skipWhitespace()
    guard peek == Ascii.colon else { throw failure("expected ':'") }
    index += 1
    skipWhitespace()
    return name
  }

  // MARK: Scalars

  private mutating func scalarOrEmptyContainer(depth: Int) throws(JSONError) -> JSONValue {
    try count()
    switch peek {
    case Ascii.quote: return .string(try string())
    case .some(let byte) where byte == Ascii.brace || byte == Ascii.bracket:
      try requireRoom(depth: depth)
      index += 1
      skipWhitespace()
      index += 1
      return byte == Ascii.brace ? .object([:]) : .array([])
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case .some(let byte) where byte == Ascii.minus || Ascii.isDigit(byte): return try number()
    case nil: throw failure("text ends where a value is expected")
    default: throw failure("expected a value")
    }
  }

  private mutating func word(
    _ word: StaticString, _ value: JSONValue
  ) throws(JSONError) -> JSONValue {
    let spelling = Array(word.description.utf8)
    guard bytes.count - index >= spelling.count,
      bytes[index..<(index + spelling.count)].elementsEqual(spelling)
    else { throw failure("expected \(word)") }
    index += spelling.count
    return value
  }

  private mutating func number() throws(JSONError) -> JSONValue {
    let start = index
    var scanner = NumberScanner()
    let end: Int
    do throws(NumberScanner.Malformed) {
      end = try scanner.scan(bytes, from: index)
    } catch {
      index = error.offset
      throw failure(error.reason)
    }
    index = end
    if let integer = scanner.integer { return .integer(integer) }
    let value = scanner.quickValue ?? Double(String(decoding: bytes[start..<end], as: UTF8.self))
    guard let value, value.isFinite else {
      index = start
      throw failure("number out of range")
    }
    return .number(value)
  }

  /// Reads a string, the opening quote being next.
  private mutating func string() throws(JSONError) -> String {
    index += 1
    let start = index
    scanPlain()
    if peek == Ascii.quote {
      defer { index += 1 }
      return try text(bytes[start..<index], from: start)
    }
    var unescaped = Array(bytes[start..<index])
    while peek != Ascii.quote {
      guard let byte = peek else { throw failure("text ends inside a string") }
      guard byte == Ascii.backslash else { throw failure("control character inside a string") }
      try escape(into: &unescaped)
      let plain = index
      scanPlain()
      unescaped.append(contentsOf: bytes[plain..<index])
    }
    index += 1
    return try text(unescaped[...], from: start)
  }

  /// Moves to the next quote, backslash, control character or to the end.
  private mutating func scanPlain() {
    var position = index
    while position < bytes.count {
      let byte = bytes[position]
      if byte == Ascii.quote || byte == Ascii.backslash || byte < 0x20 { break }
      position += 1
    }
    index = position
  }

  private func text(_ slice: ArraySlice<UInt8>, from start: Int) throws(JSONError) -> String {
    guard let string = String(validating: slice, as: UTF8.self) else {
      throw .syntax(reason: "string is not UTF-8", offset: start)
    }
    return string
  }

  private mutating func escape(into output: inout [UInt8]) throws(JSONError) {
    index += 1
    guard let kind = peek else { throw failure("text ends inside a string") }
    index += 1
    switch kind {
    case Ascii.quote, Ascii.backslash, UInt8(ascii: "/"): output.append(kind)
    case UInt8(ascii: "b"): output.append(0x08)
    case UInt8(ascii: "f"): output.append(0x0C)
    case UInt8(ascii: "n"): output.append(0x0A)
    case UInt8(ascii: "r"): output.append(0x0D)
    case UInt8(ascii: "t"): output.append(0x09)
    case UInt8(ascii: "u"): output.append(contentsOf: String(try escapedScalar()).utf8)
    default:
      index -= 1
      throw failure("unknown escape")
    }
  }

  /// Reads the digits after `\u`, both halves where a surrogate pair stands.
  private mutating func escapedScalar() throws(JSONError) -> Unicode.Scalar {
    let first = try fourHexDigits()
    if let scalar = Unicode.Scalar(first) { return scalar }
    guard first < 0xDC00, peek == Ascii.backslash, index + 1 < bytes.count,
      bytes[index + 1] == UInt8(ascii: "u")
    else { throw failure("lone surrogate") }
    index += 2
    let second = try fourHexDigits()
    guard (0xDC00...0xDFFF).contains(second),
      let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
    else { throw failure("lone surrogate") }
    return scalar
  }

  private mutating func fourHexDigits() throws(JSONError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = peek, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw failure("expected four hexadecimal digits")
      }
      value = value << 4 | UInt32(digit)
      index += 1
    }
    return value
  }

  // MARK: Position

  private var peek: UInt8? { index < bytes.count ? bytes[index] : nil }

  private mutating func skipWhitespace() {
    var position = index
    while position < bytes.count {
      let byte = bytes[position]
      guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { break }
      position += 1
    }
    index = position
  }

  private mutating func count() throws(JSONError) {
    valueCount += 1
    guard valueCount <= limits.values else { throw failure("more than \(limits.values) values") }
  }

  private func requireRoom(depth: Int) throws(JSONError) {
    guard depth < limits.depth else { throw failure("nested deeper than \(limits.depth)") }
  }

  private func failure(_ reason: String) -> JSONError { .syntax(reason: reason, offset: index) }
}

extension JSONValue {
  /// Reads one JSON text of UTF-8 bytes.
  /// - Throws: `JSONError.syntax` with the reason and the byte offset.
  package init(parsing bytes: [UInt8], limits: JSONLimits = JSONLimits()) throws(JSONError) {
    var parser = JSONParser(bytes, limits: limits)
    self = try parser.parse()
  }
}
