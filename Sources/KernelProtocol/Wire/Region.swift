import JSONRPC

/// Some of a context's positions.
package enum Region: Codable, Sendable, Equatable {
  case span(Span)
  /// The tokens of one part, by its id.
  case part(String)
  /// The tokens of one image, counted from 0; of one view, or that touch a box, where given.
  case image(Int, view: String?, box: Box?)

  private enum CodingKeys: CodingKey { case span, part, image, view, box }

  package init(from decoder: any Decoder) throws {
    let members = try decoder.container(keyedBy: CodingKeys.self)
    switch (members.contains(.span), members.contains(.part), members.contains(.image)) {
    case (true, false, false): self = .span(try members.decode(Span.self, forKey: .span))
    case (false, true, false): self = .part(try members.decode(String.self, forKey: .part))
    case (false, false, true):
      self = .image(
        try members.integer(.image, in: 0...Int.max),
        view: try members.decodeIfPresent(String.self, forKey: .view),
        box: try members.decodeIfPresent(Box.self, forKey: .box))
    default:
      throw decoder.wireMismatch(expected: "one of {\"span\"}, {\"part\"}, {\"image\"}")
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var members = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .span(let span): try members.encode(span, forKey: .span)
    case .part(let part): try members.encode(part, forKey: .part)
    case .image(let image, let view, let box):
      try members.encode(image, forKey: .image)
      try members.encodeIfPresent(view, forKey: .view)
      try members.encodeIfPresent(box, forKey: .box)
    }
  }
}
