internal import JSON

/// The header of a frame: fields of `Name: value`, names in any case and
/// order, unknown ones ignored.
struct FrameHeader: Equatable {
  let contentLength: Int
  /// Whether the body's charset is UTF-8, which is the only one there is.
  let isUTF8: Bool

  enum Malformed: Error, Equatable {
    /// A line is no field at all: this may be the middle of a body whose length was miscounted.
    case noField(String)
    /// A field that says nothing usable.
    case badField(String)

    var reason: String {
      switch self {
      case .noField(let reason), .badField(let reason): reason
      }
    }
  }

  /// - Parameter bytes: the header without its closing blank line.
  init(_ bytes: [UInt8]) throws(Malformed) {
    var length: Int?
    var isUTF8 = true
    for line in bytes.split(separator: Ascii.lineFeed, omittingEmptySubsequences: false) {
      let field = line.last == Ascii.carriageReturn ? line.dropLast() : line
      guard let colon = Self.nameEnd(of: field) else { throw .noField(Self.refusal(of: field)) }
      let name = String(decoding: field[..<colon].map(Ascii.lowercased), as: UTF8.self)
      let value = Self.trimmed(field[(colon + 1)...])
      switch name {
      case "content-length":
        guard length == nil else { throw .badField("frame header: two Content-Length fields") }
        length = try Self.length(value)
      case "content-type": isUTF8 = Self.isUTF8(value)
      default: break
      }
    }
    guard let length else { throw .badField("frame header: no Content-Length") }
    contentLength = length
    self.isUTF8 = isUTF8
  }

  /// Where a field's name ends; nil where the line is no field.
  private static func nameEnd(of line: ArraySlice<UInt8>) -> Int? {
    guard let colon = line.firstIndex(of: Ascii.colon), colon > line.startIndex,
      line[..<colon].allSatisfy(isTokenByte)
    else { return nil }
    return colon
  }

  private static func refusal(of line: ArraySlice<UInt8>) -> String {
    let found = String(decoding: line.prefix(40), as: UTF8.self)
    return "frame header: expected \"Content-Length: …\", or a stream of lines that each begin "
      + "with {, found \"\(found)\""
  }

  /// What is wrong with a line that has no carriage return before its line feed.
  static func refusal(ofUnendedLine line: ArraySlice<UInt8>) -> String {
    nameEnd(of: line) == nil
      ? refusal(of: line) : "frame header: line ends without a carriage return"
  }

  private static func length(_ digits: ArraySlice<UInt8>) throws(Malformed) -> Int {
    let text = String(decoding: digits.prefix(40), as: UTF8.self)
    guard !digits.isEmpty, digits.allSatisfy(Ascii.isDigit) else {
      throw .badField("frame header: Content-Length must be digits, found \"\(text)\"")
    }
    guard let length = Int(text), digits.count <= 40 else {
      throw .badField("frame header: Content-Length \(text) is out of range")
    }
    return length
  }

  /// Reads the charset of a Content-Type; `utf8` is what old clients call it.
  private static func isUTF8(_ value: ArraySlice<UInt8>) -> Bool {
    for parameter in value.split(separator: UInt8(ascii: ";")).dropFirst() {
      let text = String(decoding: trimmed(parameter).map(Ascii.lowercased), as: UTF8.self)
      guard text.hasPrefix("charset=") else { continue }
      let charset = text.dropFirst("charset=".count).filter { $0 != "\"" && $0 != " " }
      if charset != "utf-8" && charset != "utf8" { return false }
    }
    return true
  }

  private static func trimmed(_ slice: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let start = slice.drop { $0 == Ascii.space || $0 == Ascii.tab }
    var end = start
    while let last = end.last, last == Ascii.space || last == Ascii.tab { end = end.dropLast() }
    return end
  }

  /// The bytes a field name may have (RFC 9110, token); no brace, quote or space among them.
  private static func isTokenByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
    case UInt8(ascii: "0")...UInt8(ascii: "9"): true
    default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
  }
}
