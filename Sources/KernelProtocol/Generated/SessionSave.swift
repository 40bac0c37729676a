// Written by protocol/generator from protocol/openrpc.json.

package import JSON
package import JSONRPC

/// Writes the client's contexts as one file: their parts, their pictures, what was appended, and
/// what the client says was asked.
///
/// A file appears whole or not at all. One that is there is replaced if it is a session. Pictures
/// that were opened by their paths are read again, and must be what they were.
package enum SessionSave: Request {
  package static let method = "session/save"
  package static let lane = Lane.engine
  package static let isLong = true

  package struct Params: Codable, Sendable, Equatable {
    /// The file, absolute. Absent: the session comes with the result.
    package var path: String?
    /// Which contexts; absent: all that the client has open.
    package var contexts: [String]?
    /// Kept as they are, and given back by session/open.
    package var entries: [JSONValue]?
    package var note: String?

    package init(
      path: String? = nil, contexts: [String]? = nil, entries: [JSONValue]? = nil,
      note: String? = nil
    ) {
      self.path = path
      self.contexts = contexts
      self.entries = entries
      self.note = note
    }
  }

  package struct Result: Codable, Sendable, Equatable {
    /// Absent where the session is in the result.
    package var path: String?
    /// Absent where it was written to a file.
    package var session: SavedSession?
    /// Those that are in it.
    package var contexts: [String]
    /// How long the file is, or would be.
    package var bytes: Int

    package init(
      path: String? = nil, session: SavedSession? = nil, contexts: [String], bytes: Int
    ) {
      self.path = path
      self.session = session
      self.contexts = contexts
      self.bytes = bytes
    }
  }
}
