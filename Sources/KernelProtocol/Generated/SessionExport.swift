// Written by protocol/generator from protocol/openrpc.json.

package import JSONRPC

/// A session as a page to read, or as a notebook that asks again with the Python client.
///
/// Shown is what the session's entries hold: of an entry that is an object with a method, its
/// params and its result. Nothing is computed, and no model is needed. A page is one file that
/// loads nothing and runs nothing.
package enum SessionExport: Request {
  package static let method = "session/export"
  package static let lane = Lane.engine
  package static let isLong = true

  package struct Params: Codable, Sendable, Equatable {
    /// A session's file, absolute. Either this or session.
    package var path: String?
    /// A session as session/save gave it.
    package var session: SavedSession?
    package var format: Format
    /// The file to write, absolute; nothing may be there. Absent: the text comes with the result.
    package var output: String?

    package init(
      path: String? = nil, session: SavedSession? = nil, format: Format, output: String? = nil
    ) {
      self.path = path
      self.session = session
      self.format = format
      self.output = output
    }
  }

  package struct Result: Codable, Sendable, Equatable {
    /// Absent where the text is in the result.
    package var output: String?
    /// Absent where it was written to a file.
    package var text: String?
    /// How long the file is, or would be.
    package var bytes: Int
    /// What could not be shown.
    package var warnings: [String]

    package init(output: String? = nil, text: String? = nil, bytes: Int, warnings: [String]) {
      self.output = output
      self.text = text
      self.bytes = bytes
      self.warnings = warnings
    }
  }

  package enum Format: String, WireName {
    /// A page.
    case html
    /// A Jupyter notebook.
    case ipynb
  }
}
