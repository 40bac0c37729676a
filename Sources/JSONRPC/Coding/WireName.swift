internal import JSON

/// A closed set of names on the wire. An unknown name is refused with the list of the known ones.
package protocol WireName: Codable, CaseIterable, RawRepresentable, Sendable, Hashable
where RawValue == String {}

extension WireName {
  package init(from decoder: any Decoder) throws {
    let name = try decoder.singleValueContainer().decode(String.self)
    guard let value = Self(rawValue: name) else {
      throw WireError.mismatch(
        path: decoder.wirePath, expected: "one of \(Self.allNames)", found: "string \"\(name)\"")
    }
    self = value
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(rawValue)
  }

  /// Every name, for messages: `"keep", "drop"`.
  package static var allNames: String {
    allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
  }
}

extension Decoder {
  /// Where the decoder stands, as error messages name it: `params.target.kind`.
  package var wirePath: String {
    (self as? ValueDecoder)?.path.description
      ?? EncodingPath(root: "value", keys: codingPath).description
  }

  /// An error about the value at this place.
  package func wireMismatch(expected: String) -> WireError {
    let found = (self as? ValueDecoder)?.value.summary ?? "another value"
    return .mismatch(path: wirePath, expected: expected, found: found)
  }
}
