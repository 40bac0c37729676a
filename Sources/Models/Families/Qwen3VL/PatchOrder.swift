/// The patches of a picture in the order of the tokens that they become: token by token row by row,
/// `merge` × `merge` patches each, these row by row, too.
struct PatchOrder: Sendable {
  let rows: Int
  let columns: Int
  /// By patch, its row in the picture.
  let rowOfPatch: [Int]
  /// By patch, its column in the picture.
  let columnOfPatch: [Int]

  /// - Parameters:
  ///   - rows: of patches, a multiple of `merge`, as `columns`.
  init(rows: Int, columns: Int, merge: Int) {
    precondition(rows % merge == 0 && columns % merge == 0, "\(rows) × \(columns) by \(merge)")
    self.rows = rows
    self.columns = columns
    var (rowOfPatch, columnOfPatch): ([Int], [Int]) = ([], [])
    for tokenRow in 0..<rows / merge {
      for tokenColumn in 0..<columns / merge {
        for row in 0..<merge {
          for column in 0..<merge {
            rowOfPatch.append(tokenRow * merge + row)
            columnOfPatch.append(tokenColumn * merge + column)
          }
        }
      }
    }
    self.rowOfPatch = rowOfPatch
    self.columnOfPatch = columnOfPatch
  }

  var count: Int { rowOfPatch.count }
}
