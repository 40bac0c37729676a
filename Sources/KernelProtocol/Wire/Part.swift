import JSONRPC

/// A piece of a prompt: some text, one image, or a video as its frames.
package struct Part: Codable, Sendable, Equatable {
  package enum Content: Sendable, Equatable {
    case text(String)
    case image(ImageSource)
    case video(VideoSource)
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

  private enum CodingKeys: CodingKey { case id, role, text, image, video }

  package init(from decoder: any Decoder) throws {
    let members = try decoder.container(keyedBy: CodingKeys.self)
    id = try members.decodeIfPresent(String.self, forKey: .id)
    role = try members.decodeIfPresent(String.self, forKey: .role)
    switch [CodingKeys.text, .image, .video].filter(members.contains) {
    case [.text]: content = .text(try members.decode(String.self, forKey: .text))
    case [.image]: content = .image(try members.decode(ImageSource.self, forKey: .image))
    case [.video]: content = .video(try members.decode(VideoSource.self, forKey: .video))
    default: throw decoder.wireMismatch(expected: "one of {\"text\"}, {\"image\"}, {\"video\"}")
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var members = encoder.container(keyedBy: CodingKeys.self)
    try members.encodeIfPresent(id, forKey: .id)
    try members.encodeIfPresent(role, forKey: .role)
    switch content {
    case .text(let text): try members.encode(text, forKey: .text)
    case .image(let image): try members.encode(image, forKey: .image)
    case .video(let video): try members.encode(video, forKey: .video)
    }
  }
}
