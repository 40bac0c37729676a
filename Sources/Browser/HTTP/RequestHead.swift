/// The head of an HTTP/1.1 request (RFC 9112): its first line and its fields. What two programs
/// could read in two ways is refused instead of read.
package struct RequestHead: Sendable, Equatable {
  /// The most bytes of a head, its closing blank line included.
  package static let limit = 16 << 10
  private static let mostFields = 100

  package let method: String
  /// What is asked for, as it was sent, up to the first `?`. Nothing in it is decoded.
  package let path: String
  /// What follows the `?`; empty where there is none.
  package let query: String
  private let fields: [(name: String, value: String)]

  /// - Parameter bytes: a head with or without its closing blank line.
  /// - Throws: `Malformed`, which says what to answer.
  package init(_ bytes: some Collection<UInt8>) throws(Malformed) {
    let text = String(decoding: bytes, as: UTF8.self)
    guard text.utf8.allSatisfy({ (0x20...0x7E).contains($0) || [9, 10, 13].contains($0) }) else {
      throw .badRequest("the request's head has bytes that are no printable ASCII")
    }
    var lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
      .map { String($0) }
    while lines.last.map({ $0.isEmpty || $0 == "\r" }) == true { lines.removeLast() }
    lines = try lines.map { line throws(Malformed) in
      let line = line.unicodeScalars.last == "\r" ? String(line.unicodeScalars.dropLast()) : line
      guard !line.unicodeScalars.contains("\r") else {
        throw .badRequest("a line of the request's head holds a carriage return")
      }
      return line
    }
    guard let first = lines.first else { throw .badRequest("the request is empty") }
    let words = first.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    guard words.count == 3, !words[0].isEmpty, words[0].utf8.allSatisfy(Self.isToken) else {
      throw .badRequest("the request's first line is no method, address and version")
    }
    guard words[2] == "HTTP/1.1" || words[2] == "HTTP/1.0" else {
      throw .version("HTTP/1.1 is spoken here")
    }
    guard words[1].hasPrefix("/"), !words[1].hasPrefix("//") else {
      throw .badRequest("the address must begin with one /")
    }
    guard lines.count <= Self.mostFields + 1 else { throw .tooLong }
    method = words[0]
    let parts = words[1].split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    path = String(parts[0])
    query = parts.count > 1 ? String(parts[1]) : ""
    fields = try lines.dropFirst().map { line throws(Malformed) in try Self.field(line) }
  }

  private static func field(_ line: String) throws(Malformed) -> (name: String, value: String) {
    guard let colon = line.firstIndex(of: ":"), colon > line.startIndex,
      line[..<colon].utf8.allSatisfy(isToken)
    else { throw .badRequest("a line of the request's head is no field") }
    return (line[..<colon].lowercased(), trimmed(line[line.index(after: colon)...]))
  }

  /// The values of a field, in the order they came.
  /// - Parameter name: in lower case.
  package func values(of name: String) -> [String] {
    fields.filter { $0.name == name }.map(\.value)
  }

  /// The value of a field that may be there once; nil where it is not, or more than once.
  package func value(of name: String) -> String? {
    let found = values(of: name)
    return found.count == 1 ? found[0] : nil
  }

  /// Whether one of a field's comma-separated words is `word`, whatever its case.
  package func lists(_ word: String, in name: String) -> Bool {
    values(of: name).flatMap { $0.split(separator: ",") }
      .contains { Self.trimmed($0).lowercased() == word }
  }

  /// Whether bytes of a body follow, which no request here may have.
  package var hasBody: Bool {
    !values(of: "transfer-encoding").isEmpty
      || values(of: "content-length").contains { $0 != "0" }
  }

  /// The values of cookies with a name.
  package func cookies(named name: String) -> [String] {
    values(of: "cookie").flatMap { $0.split(separator: ";") }.compactMap { pair in
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      return parts.count == 2 && Self.trimmed(parts[0]) == name ? Self.trimmed(parts[1]) : nil
    }
  }

  /// The first value of a name in the query.
  package func queryValue(of name: String) -> String? {
    query.split(separator: "&").lazy.filter { $0.hasPrefix(name + "=") }
      .map { String($0.dropFirst(name.count + 1)) }.first
  }

  private static func trimmed(_ text: some StringProtocol) -> String {
    let isSpace = { (character: Character) in character == " " || character == "\t" }
    var rest = text.drop(while: isSpace)
    while let last = rest.last, isSpace(last) { rest = rest.dropLast() }
    return String(rest)
  }

  /// The bytes of a name (RFC 9110, token).
  private static func isToken(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
  }

  package static func == (left: RequestHead, right: RequestHead) -> Bool {
    (left.method, left.path, left.query) == (right.method, right.path, right.query)
      && left.fields.elementsEqual(right.fields, by: ==)
  }
}

extension RequestHead {
  /// Why a head cannot be read.
  package enum Malformed: Error, Equatable {
    case badRequest(String)
    case tooLong
    case version(String)
  }
}
