// Written by protocol/generator from protocol/openrpc.json.

package import JSON
package import JSONRPC

/// Opens every context of a session again, or none of them.
///
/// A context needs the model that it was opened on, whose digest must be the same unless anyModel
/// is true. Other autoencoders, precisions and resizings are warnings: contexts can be opened
/// without them, but answers may be others.
package enum SessionOpen: Request {
  package static let method = "session/open"
  package static let lane = Lane.engine
  package static let isLong = true

  package struct Params: Codable, Sendable, Equatable {
    /// A session's file, absolute. Either this or session.
    package var path: String?
    /// A session as session/save gave it.
    package var session: SavedSession?
    /// Whether contexts of a model that is not loaded are opened on the model that the client
    /// loaded last, with a warning. Absent: no.
    package var anyModel: Bool?

    package init(path: String? = nil, session: SavedSession? = nil, anyModel: Bool? = nil) {
      self.path = path
      self.session = session
      self.anyModel = anyModel
    }
  }

  package struct Result: Codable, Sendable, Equatable {
    /// In the session's order.
    package var contexts: [Opened]
    /// What session/save was given.
    package var entries: [JSONValue]
    /// What is not as it was, with both values.
    package var warnings: [String]
    /// Seconds since 1970.
    package var created: Double
    package var note: String?

    package init(
      contexts: [Opened], entries: [JSONValue], warnings: [String], created: Double,
      note: String? = nil
    ) {
      self.contexts = contexts
      self.entries = entries
      self.warnings = warnings
      self.created = created
      self.note = note
    }
  }

  package struct Opened: Codable, Sendable, Equatable {
    /// What the session calls it.
    package var saved: String
    /// What it is called now.
    package var context: String
    package var version: Int
    package var tokenCount: Int
    /// As context/open tells them, and so images.
    package var parts: [ContextOpen.PartSpan]
    package var images: [ContextOpen.Image]
    /// Whether all tokens have the ids that they had.
    package var sameTokens: Bool

    package init(
      saved: String, context: String, version: Int, tokenCount: Int, parts: [ContextOpen.PartSpan],
      images: [ContextOpen.Image], sameTokens: Bool
    ) {
      self.saved = saved
      self.context = context
      self.version = version
      self.tokenCount = tokenCount
      self.parts = parts
      self.images = images
      self.sameTokens = sameTokens
    }
  }
}
