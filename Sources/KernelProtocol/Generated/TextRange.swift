import JSONRPC

/// A stretch of a text file: lines from 0, characters as UTF-16 code units of the line from 0, half open.
package struct TextRange: Codable, Sendable, Hashable {
  package var start: TextPosition
  package var end: TextPosition

  package init(start: TextPosition, end: TextPosition) {
    self.start = start
    self.end = end
  }
}

/// A place between two characters of a text file, as the Language Server Protocol counts.
package struct TextPosition: Codable, Sendable, Hashable, Comparable {
  package var line: Int
  /// UTF-16 code units before it in its line.
  package var character: Int

  package init(line: Int, character: Int) {
    self.line = line
    self.character = character
  }

  package init(from decoder: any Decoder) throws {
    let members = try decoder.container(keyedBy: CodingKeys.self)
    line = try members.integer(.line, in: Bounds.count)
    character = try members.integer(.character, in: Bounds.count)
  }

  package static func < (one: TextPosition, other: TextPosition) -> Bool {
    (one.line, one.character) < (other.line, other.character)
  }
}
