/// The patches of a picture in the order of the tokens that they become: token by token,
/// `merge` × `merge` patches each, these row by row. Tokens stand row by row, or window by window.
struct PatchOrder: Sendable {
  let rows: Int
  let columns: Int
  /// By patch, its row in the picture.
  let rowOfPatch: [Int]
  /// By patch, its column in the picture.
  let columnOfPatch: [Int]
  /// By place, which of the picture's tokens, counted row by row, stands there.
  let tokens: [Int]
  /// The patches of each window; one of all where there are none.
  let windows: [Range<Int>]

  /// - Parameters:
  ///   - rows: of patches, a multiple of `merge`, as `columns`.
  ///   - windowSide: of a window in tokens; windows stand row by row, as the tokens of each, and
  ///     those at the right and lower edges have what is left. nil: tokens stand row by row
  ///     (`get_vision_window_index` of transformers 5.24).
  init(rows: Int, columns: Int, merge: Int, windowSide: Int? = nil) {
    precondition(rows % merge == 0 && columns % merge == 0, "\(rows) × \(columns) by \(merge)")
    self.rows = rows
    self.columns = columns
    let (tokenRows, tokenColumns) = (rows / merge, columns / merge)
    let side = windowSide ?? max(tokenRows, tokenColumns)
    var (tokens, windows): ([Int], [Range<Int>]) = ([], [])
    for top in stride(from: 0, to: tokenRows, by: side) {
      for left in stride(from: 0, to: tokenColumns, by: side) {
        let first = tokens.count
        for row in top..<min(top + side, tokenRows) {
          let start = row * tokenColumns
          tokens.append(contentsOf: start + left..<start + min(left + side, tokenColumns))
        }
        windows.append(first * merge * merge..<tokens.count * merge * merge)
      }
    }
    var (rowOfPatch, columnOfPatch): ([Int], [Int]) = ([], [])
    for token in tokens {
      let (tokenRow, tokenColumn) = token.quotientAndRemainder(dividingBy: tokenColumns)
      for row in 0..<merge {
        for column in 0..<merge {
          rowOfPatch.append(tokenRow * merge + row)
          columnOfPatch.append(tokenColumn * merge + column)
        }
      }
    }
    (self.tokens, self.windows) = (tokens, windows)
    (self.rowOfPatch, self.columnOfPatch) = (rowOfPatch, columnOfPatch)
  }

  var count: Int { rowOfPatch.count }
}
