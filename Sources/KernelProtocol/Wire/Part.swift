import JSONRPC

/// A piece of a prompt: some text or one image.
package struct Part: Codable, Sendable, Equatable {
  package enum Content: Sendable, Equatable {
    case text(String)
    case image(ImageSource)
  }

  /// What regions call it; the kernel names parts without one.
  package var id: String?
  /// `system`, `user` or `assistant`; absent: the user's.
  package var role: String?
  package var content: Content

  package init(id: String? = nil, role: String? = nil, content: Content) {
    self.id = id
    self.role = role
    self.content = content
  }

  private enum CodingKeys: CodingKey { case id, role, text, image }

  package init(from decoder: any Decoder) throws {
    let members = try decoder.container(keyedBy: CodingKeys.self)
    id = try members.decodeIfPresent(String.self, forKey: .id)
    role = try members.decodeIfPresent(String.self, forKey: .role)
    switch (members.contains(.text), members.contains(.image)) {
    case (true, false): content = .text(try members.decode(String.self, forKey: .text))
    case (false, true): content = .image(try members.decode(ImageSource.self, forKey: .image))
    default: throw decoder.wireMismatch(expected: "either {\"text\"} or {\"image\"}")
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var members = encoder.container(keyedBy: CodingKeys.self)
    try members.encodeIfPresent(id, forKey: .id)
    try members.encodeIfPresent(role, forKey: .role)
    switch content {
    case .text(let text): try members.encode(text, forKey: .text)
    case .image(let image): try members.encode(image, forKey: .image)
    }
  }
}
