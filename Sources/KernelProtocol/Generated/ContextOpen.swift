// Written by protocol/generator from protocol/openrpc.json.

package import JSONRPC

/// Makes a prompt of text and images resident: tokens, key/value cache and the residual at each
/// site.
///
/// Consecutive parts of one role make one message. With template none the parts are joined as they
/// are, an image standing for the model's image token.
package enum ContextOpen: Request {
  package static let method = "context/open"
  package static let lane = Lane.engine
  package static let isLong = true

  package struct Params: Codable, Sendable, Equatable {
    package var parts: [Part]
    package var chat: Chat?
    /// Absent: the model loaded last.
    package var model: String?

    package init(parts: [Part], chat: Chat? = nil, model: String? = nil) {
      self.parts = parts
      self.chat = chat
      self.model = model
    }

    package init(from decoder: any Decoder) throws {
      let members = try decoder.container(keyedBy: CodingKeys.self)
      parts = try members.nonEmpty(.parts)
      chat = try members.decodeIfPresent(Chat.self, forKey: .chat)
      model = try members.decodeIfPresent(String.self, forKey: .model)
    }
  }

  package struct Result: Codable, Sendable, Equatable {
    package var context: String
    package var version: Int
    package var tokenCount: Int
    package var parts: [PartSpan]
    package var images: [Image]
    /// Positions whose computation could be taken from another context.
    package var reused: Int
    /// Positions that had to be computed.
    package var computed: Int

    package init(
      context: String, version: Int, tokenCount: Int, parts: [PartSpan], images: [Image],
      reused: Int, computed: Int
    ) {
      self.context = context
      self.version = version
      self.tokenCount = tokenCount
      self.parts = parts
      self.images = images
      self.reused = reused
      self.computed = computed
    }
  }

  package struct Chat: Codable, Sendable, Equatable {
    /// Absent: model.
    package var template: Template?
    /// Whether the assistant's turn is opened; absent: yes.
    package var addGenerationPrompt: Bool?
    /// Whether the last part, an assistant's text, is the beginning of the answer: it then follows
    /// the generation prompt and its turn stays open. Absent: no.
    package var continueAnswer: Bool?

    package init(
      template: Template? = nil, addGenerationPrompt: Bool? = nil, continueAnswer: Bool? = nil
    ) {
      self.template = template
      self.addGenerationPrompt = addGenerationPrompt
      self.continueAnswer = continueAnswer
    }
  }

  package struct Image: Codable, Sendable, Equatable {
    package var part: String
    /// Pixels, as given.
    package var width: Int
    package var height: Int
    package var base: View
    /// The tiles with their newline tokens, where the model makes any.
    package var tiles: View?
    /// All its views, in the order of their tokens.
    package var views: [PictureView]

    package init(
      part: String, width: Int, height: Int, base: View, tiles: View? = nil, views: [PictureView]
    ) {
      self.part = part
      self.width = width
      self.height = height
      self.base = base
      self.tiles = tiles
      self.views = views
    }
  }

  package struct PartSpan: Codable, Sendable, Equatable {
    package var part: String
    package var span: Span

    package init(part: String, span: Span) {
      self.part = part
      self.span = span
    }
  }

  package enum Template: String, WireName {
    /// The checkpoint's own chat template. The prompt begins as apply_chat_template(tokenize=True)
    /// has it.
    case model
    /// No template. The tokenizer's special tokens, such as BOS, are put in front, as
    /// tokenizer(text) does, unless the text begins with them already.
    case none
  }

  package struct View: Codable, Sendable, Equatable {
    /// Tokens, [rows, columns], newline tokens not counted.
    package var grid: [Int]
    package var span: Span

    package init(grid: [Int], span: Span) {
      self.grid = grid
      self.span = span
    }
  }
}
