// Written by protocol/generator from protocol/openrpc.json.

/// A place between two characters of a text file, as the Language Server Protocol counts.
package struct TextPosition: Codable, Sendable, Hashable {
  package var line: Int
  /// UTF-16 code units before it in its line.
  package var character: Int

  package init(line: Int, character: Int) {
    self.line = line
    self.character = character
  }

  package init(from decoder: any Decoder) throws {
    let members = try decoder.container(keyedBy: CodingKeys.self)
    line = try members.integer(.line, in: 0...Int.max)
    character = try members.integer(.character, in: 0...Int.max)
  }
}
