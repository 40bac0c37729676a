// Written by protocol/generator from protocol/openrpc.json.

/// A view of a picture among its tokens: a grid of cells, row by row, each of them a token. The
/// cell of row r and column c is the token first + r · (columns + separators) + c.
package struct PictureView: Codable, Sendable, Equatable {
  /// As the model's family calls it: LLaVA-NeXT and LLaVA-OneVision have base and tiles, Qwen2.5-VL
  /// and Qwen3-VL have image, Gemma 3 base and with pan-and-scan crop1, crop2 and so on. A video
  /// has frame1, frame2 and so on, each over its own frame.
  package var name: String
  package var rows: Int
  package var columns: Int
  /// The token of the first cell: a position of the context; of an index's picture, counted from
  /// the picture's first token. Absent where only the grid is known.
  package var first: Int?
  /// Tokens without pixels that close each row. Absent where only the grid is known.
  package var separators: Int?

  package init(name: String, rows: Int, columns: Int, first: Int? = nil, separators: Int? = nil) {
    self.name = name
    self.rows = rows
    self.columns = columns
    self.first = first
    self.separators = separators
  }
}
