// Written by protocol/generator from protocol/openrpc.json.

/// An image that a prompt file names, sent.
package struct SentImage: Codable, Sendable, Equatable {
  /// Its name in the front matter.
  package var name: String
  /// The bytes of its file; prompt/check needs none.
  package var base64: String?

  package init(name: String, base64: String? = nil) {
    self.name = name
    self.base64 = base64
  }
}
