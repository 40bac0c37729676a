internal import JSON

/// Finds the id of a message that is no JSON as a whole, so that whoever waits
/// for its answer hears of it, or that is an answer, without reading all of it.
package struct IDScanner {
  private var rest: ArraySlice<UInt8>

  /// The id among the outermost object's members; nil where none can be read.
  /// - Parameter bytes: a message or its beginning.
  package static func id(in bytes: [UInt8]) -> RequestID? {
    var scanner = IDScanner(rest: bytes[...])
    return scanner.find()
  }

  /// The id that a message answers; nil for a request or a notification. Looks no further than it
  /// needs to: of what the kernel writes, at the beginning.
  package static func answeredID(in bytes: [UInt8]) -> RequestID? {
    var scanner = IDScanner(rest: bytes[...])
    return scanner.find(inAnswer: true)
  }

  private mutating func find(inAnswer: Bool = false) -> RequestID? {
    skipSpace()
    guard rest.popFirst() == Ascii.brace else { return nil }
    var found: RequestID?
    var isAnswer = false
    while true {
      skipSpace()
      guard let name = string() else { return nil }
      skipSpace()
      guard rest.popFirst() == UInt8(ascii: ":") else { return nil }
      skipSpace()
      switch String(decoding: name, as: UTF8.self) {
      case "\"method\"" where inAnswer: return nil
      case "\"result\"" where inAnswer, "\"error\"" where inAnswer: isAnswer = true
      default: break
      }
      if isAnswer, let found { return found }
      guard let value = value() else { return nil }
      if Array(name) == Array("\"id\"".utf8) {
        found = (try? JSONValue(parsing: Array(value))).flatMap(RequestID.init)
        if !inAnswer || isAnswer { return found }
      }
      skipSpace()
      guard rest.popFirst() == UInt8(ascii: ",") else { return nil }
    }
  }

  private mutating func skipSpace() {
    rest = rest.drop { $0 == 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }
  }

  /// A string with its quotes, whatever its escapes mean.
  private mutating func string() -> ArraySlice<UInt8>? {
    let start = rest
    guard rest.popFirst() == UInt8(ascii: "\"") else { return nil }
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "\\") { _ = rest.popFirst() }
      if byte == UInt8(ascii: "\"") { return start[..<rest.startIndex] }
    }
    return nil
  }

  /// A value: up to the comma or bracket behind it at its own depth.
  private mutating func value() -> ArraySlice<UInt8>? {
    let start = rest
    var depth = 0
    while let byte = rest.first {
      switch byte {
      case UInt8(ascii: "\""):
        guard string() != nil else { return nil }
        continue
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        if depth == 0 { return start[..<rest.startIndex] }
        depth -= 1
      case UInt8(ascii: ","): if depth == 0 { return start[..<rest.startIndex] }
      default: break
      }
      rest = rest.dropFirst()
    }
    return nil
  }
}
