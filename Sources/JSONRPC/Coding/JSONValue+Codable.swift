package import JSON

extension JSONValue: Codable {
  /// Only this module's own decoder hands a value through as it is.
  package init(from decoder: any Decoder) throws {
    guard let decoder = decoder as? ValueDecoder else {
      throw decoder.wireMismatch(expected: "a value read by this module")
    }
    self = decoder.value
  }

  package func encode(to encoder: any Encoder) throws {
    guard let encoder = encoder as? ValueEncoder else {
      throw WireError.mismatch(
        path: "value", expected: "this module's encoder", found: "\(type(of: encoder))")
    }
    encoder.node.set(self)
  }
}
