package import JSONRPC

extension KeyedDecodingContainer {
  /// Reads a whole number within bounds.
  /// - Throws: `WireError.mismatch` that names the bounds.
  package func integer(_ key: Key, in range: ClosedRange<Int>) throws -> Int {
    try checked(decode(Int.self, forKey: key), key, range)
  }

  /// Reads a whole number within bounds that may be absent.
  package func optionalInteger(_ key: Key, in range: ClosedRange<Int>) throws -> Int? {
    try decodeIfPresent(Int.self, forKey: key).map { try checked($0, key, range) }
  }

  /// Reads a number within bounds that may be absent.
  package func optionalNumber(_ key: Key, in range: ClosedRange<Double>) throws -> Double? {
    guard let number = try decodeIfPresent(Double.self, forKey: key) else { return nil }
    guard range.contains(number) else {
      throw mismatch(
        key, expected: "number from \(range.lowerBound) to \(range.upperBound)",
        found: "number \(number)")
    }
    return number
  }

  /// Reads an array that must have an element.
  package func nonEmpty<Element: Decodable>(_ key: Key) throws -> [Element] {
    let elements = try decode([Element].self, forKey: key)
    guard !elements.isEmpty else {
      throw mismatch(key, expected: "array of one or more", found: "array of 0")
    }
    return elements
  }

  private func checked(_ value: Int, _ key: Key, _ range: ClosedRange<Int>) throws -> Int {
    guard range.contains(value) else {
      let bounds =
        range.upperBound == .max
        ? "integer ≥ \(range.lowerBound)"
        : "integer from \(range.lowerBound) to \(range.upperBound)"
      throw mismatch(key, expected: bounds, found: "integer \(value)")
    }
    return value
  }

  package func mismatch(_ key: Key, expected: String, found: String) -> WireError {
    let steps = (codingPath + [key]).reduce(into: "params") { text, key in
      if let index = key.intValue { text += "[\(index)]" } else { text += ".\(key.stringValue)" }
    }
    return .mismatch(path: steps, expected: expected, found: found)
  }
}
