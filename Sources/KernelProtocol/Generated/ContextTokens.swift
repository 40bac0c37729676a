// Written by protocol/generator from protocol/openrpc.json.

package import JSONRPC

/// The tokens of a context, and the pixels that each image token covers.
package enum ContextTokens: Request {
  package static let method = "context/tokens"
  package static let lane = Lane.engine
  package static let partialResults: String? = "tokens"

  package struct Params: ContextParams, Equatable {
    package var context: String
    /// Where given, the context must be at this version, else contextVersionMismatch.
    package var version: Int?
    package var span: Span?

    package init(context: String, version: Int? = nil, span: Span? = nil) {
      self.context = context
      self.version = version
      self.span = span
    }

    package init(from decoder: any Decoder) throws {
      let members = try decoder.container(keyedBy: CodingKeys.self)
      context = try members.decode(String.self, forKey: .context)
      version = try members.optionalInteger(.version, in: 1...Int.max)
      span = try members.decodeIfPresent(Span.self, forKey: .span)
    }
  }

  package struct Result: Codable, Sendable, Equatable {
    package var tokens: [Token]

    package init(tokens: [Token]) {
      self.tokens = tokens
    }
  }

  package struct Token: Codable, Sendable, Equatable {
    package var position: Int
    package var id: Int
    package var text: String
    /// Absent: a token of the chat template.
    package var part: String?
    /// The image, counted from 0.
    package var image: Int?
    package var view: String?
    /// The pixels of the image as given that the token covers.
    package var box: Box?

    package init(
      position: Int, id: Int, text: String, part: String? = nil, image: Int? = nil,
      view: String? = nil, box: Box? = nil
    ) {
      self.position = position
      self.id = id
      self.text = text
      self.part = part
      self.image = image
      self.view = view
      self.box = box
    }
  }
}
