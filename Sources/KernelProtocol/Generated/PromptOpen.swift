// Written by protocol/generator from protocol/openrpc.json.

package import JSONRPC

/// Makes a prompt file resident as context/open does, and says where in the file each token is.
///
/// The same text again gives the same context while that is open and unchanged; an edited one
/// re-uses what the two share. What the file names and cannot be loaded is a diagnostic, not an
/// error.
package enum PromptOpen: Request {
  package static let method = "prompt/open"
  package static let lane = Lane.engine
  package static let isLong = true

  package typealias Params = PromptCheck.Params

  package struct Result: Codable, Sendable, Equatable {
    /// Absent, as what belongs to it, where a diagnostic is an error.
    package var context: String?
    package var version: Int?
    package var tokenCount: Int?
    /// The model's name.
    package var model: String?
    /// The name of the autoencoder that questions about the file are for: the file's, else the
    /// model's newest.
    package var sae: String?
    package var front: PromptFront
    package var parts: [Part]
    /// In the order of the parts.
    package var images: [ContextOpen.Image]
    /// The tokens that hold some of the file's text.
    package var tokens: [Token]
    package var diagnostics: [PromptDiagnostic]
    /// Positions whose computation could be taken from another context.
    package var reused: Int
    /// Positions that had to be computed.
    package var computed: Int

    package init(
      context: String? = nil, version: Int? = nil, tokenCount: Int? = nil, model: String? = nil,
      sae: String? = nil, front: PromptFront, parts: [Part], images: [ContextOpen.Image],
      tokens: [Token], diagnostics: [PromptDiagnostic], reused: Int, computed: Int
    ) {
      self.context = context
      self.version = version
      self.tokenCount = tokenCount
      self.model = model
      self.sae = sae
      self.front = front
      self.parts = parts
      self.images = images
      self.tokens = tokens
      self.diagnostics = diagnostics
      self.reused = reused
      self.computed = computed
    }
  }

  package struct Part: Codable, Sendable, Equatable {
    /// What regions call it: an image by its name, a text by its role; numbered where that is
    /// taken.
    package var part: String
    package var role: String
    package var range: TextRange
    package var span: Span
    /// The image's name.
    package var image: String?

    package init(part: String, role: String, range: TextRange, span: Span, image: String? = nil) {
      self.part = part
      self.role = role
      self.range = range
      self.span = span
      self.image = image
    }
  }

  package struct Token: Codable, Sendable, Equatable {
    package var position: Int
    /// What the token alone stands for, U+FFFD for a part of a character.
    package var text: String
    /// Whole characters: tokens that share one have ranges that overlap.
    package var range: TextRange

    package init(position: Int, text: String, range: TextRange) {
      self.position = position
      self.text = text
      self.range = range
    }
  }
}
