// Written by protocol/generator from protocol/openrpc.json.

package import JSONRPC

/// Reads a prompt file without a model: what it says, where, and what is wrong with it.
///
/// prompt-files.md beside this document describes the format.
package enum PromptCheck: Request {
  package static let method = "prompt/check"
  package static let lane = Lane.control

  package struct Params: Codable, Sendable, Equatable {
    /// The whole file.
    package var text: String
    /// The folder that the file's relative paths start from, absolute.
    package var directory: String?
    /// Images of the front matter, sent by a client whose files are on another machine: their paths
    /// are not looked at.
    package var images: [SentImage]?

    package init(text: String, directory: String? = nil, images: [SentImage]? = nil) {
      self.text = text
      self.directory = directory
      self.images = images
    }
  }

  package struct Result: Codable, Sendable, Equatable {
    package var front: PromptFront
    package var turns: [Turn]
    package var diagnostics: [PromptDiagnostic]

    package init(front: PromptFront, turns: [Turn], diagnostics: [PromptDiagnostic]) {
      self.front = front
      self.turns = turns
      self.diagnostics = diagnostics
    }
  }

  /// Either a text, as the model gets it, or an image.
  package struct Part: Codable, Sendable, Equatable {
    /// Of an image that no turn names: its line in the front matter.
    package var range: TextRange
    package var text: String?
    /// The image's name.
    package var image: String?

    package init(range: TextRange, text: String? = nil, image: String? = nil) {
      self.range = range
      self.text = text
      self.image = image
    }
  }

  package struct Turn: Codable, Sendable, Equatable {
    package var role: String
    package var range: TextRange
    package var parts: [Part]

    package init(role: String, range: TextRange, parts: [Part]) {
      self.role = role
      self.range = range
      self.parts = parts
    }
  }
}
