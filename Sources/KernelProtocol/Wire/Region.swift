import JSONRPC

/// Some of a context's positions.
package enum Region: Codable, Sendable, Equatable {
  case span(Span)
  /// The tokens of one part, by its id.
  case part(String)
  /// So many tokens at the end of the context, one or more: 1 is where the next token is predicted.
  case last(Int)
  /// The tokens of one image, counted from 0; of one view, or that touch a box, where given.
  case image(Int, view: String?, box: Box?)

  private enum CodingKeys: CodingKey { case span, part, last, image, view, box }

  package init(from decoder: any Decoder) throws {
    let members = try decoder.container(keyedBy: CodingKeys.self)
    let named = [CodingKeys.span, .part, .last, .image].filter(members.contains)
    switch named.first {
    case .span? where named.count == 1:
      self = .span(try members.decode(Span.self, forKey: .span))
    case .part? where named.count == 1:
      self = .part(try members.decode(String.self, forKey: .part))
    case .last? where named.count == 1:
      self = .last(try members.integer(.last, in: 1...Int.max))
    case .image? where named.count == 1:
      self = .image(
        try members.integer(.image, in: 0...Int.max),
        view: try members.decodeIfPresent(String.self, forKey: .view),
        box: try members.decodeIfPresent(Box.self, forKey: .box))
    default:
      throw decoder.wireMismatch(expected: "one of {\"span\"}, {\"part\"}, {\"last\"}, {\"image\"}")
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var members = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .span(let span): try members.encode(span, forKey: .span)
    case .part(let part): try members.encode(part, forKey: .part)
    case .last(let count): try members.encode(count, forKey: .last)
    case .image(let image, let view, let box):
      try members.encode(image, forKey: .image)
      try members.encodeIfPresent(view, forKey: .view)
      try members.encodeIfPresent(box, forKey: .box)
    }
  }
}
