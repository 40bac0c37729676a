// Written by protocol/generator from protocol/openrpc.json.

/// A stretch of a text file, half open; lines from 0, as the Language Server Protocol counts.
package struct TextRange: Codable, Sendable, Hashable {
  package var start: TextPosition
  package var end: TextPosition

  package init(start: TextPosition, end: TextPosition) {
    self.start = start
    self.end = end
  }
}
