import JSON
import JSONRPC

/// Compares what a kernel sent with a line of a recorded transcript.
///
/// A recorded value matches what equals it; a string in angle brackets matches a kind of value:
/// `"<any>"`, `"<string>"`, `"<number>"`, `"<integer>"`, `"<array>"`, `"<object>"`, or
/// `"<1.25~0.01>"` for 1.25 ± 0.01. An object may have members that the record does not name.
struct TranscriptMatcher {
  /// The path of the first value that does not match, with what was expected and found; nil where
  /// everything matches.
  static func mismatch(_ found: JSONValue, _ expected: JSONValue, path: String = "$") -> String? {
    switch (expected, found) {
    case (.string(let pattern), _) where pattern.hasPrefix("<") && pattern.hasSuffix(">"):
      let isMatch = matches(found, pattern: String(pattern.dropFirst().dropLast()))
      return isMatch ? nil : "\(path): expected \(pattern), found \(found.summary)"
    case (.object(let members), .object(let others)):
      for member in members.sortedMembers {
        let place = "\(path).\(member.name)"
        guard let other = others[member.name] else { return "\(place): absent" }
        if let inner = mismatch(other, member.value, path: place) { return inner }
      }
      return nil
    case (.array(let elements), .array(let others)):
      guard elements.count == others.count else {
        return "\(path): expected \(elements.count) elements, found \(others.count)"
      }
      for (index, pair) in zip(elements, others).enumerated() {
        if let inner = mismatch(pair.1, pair.0, path: "\(path)[\(index)]") { return inner }
      }
      return nil
    default:
      if expected == found || number(expected) == number(found) && number(found) != nil {
        return nil
      }
      return "\(path): expected \(expected.summary), found \(found.summary)"
    }
  }

  private static func matches(_ value: JSONValue, pattern: String) -> Bool {
    switch (pattern, value) {
    case ("any", _), ("string", .string), ("array", .array), ("object", .object): return true
    case ("integer", _): return value.integerValue != nil
    case ("number", _): return number(value) != nil
    default:
      let bounds = pattern.split(separator: "~").compactMap { Double($0) }
      guard bounds.count == 2, let number = number(value) else { return false }
      return abs(number - bounds[0]) <= bounds[1]
    }
  }

  private static func number(_ value: JSONValue) -> Double? {
    switch value {
    case .integer(let integer): Double(integer)
    case .number(let number): number
    default: nil
    }
  }
}
