/// Which axis is resized first. The intermediate picture is rounded to bytes, so the order shows.
package enum ResamplePassOrder: Sendable, Equatable {
  /// Columns first, always: Pillow up to version 12.
  case horizontalFirst
  /// Rows first when that saves more than twice what columns first would: Pillow 13 (its pull request 9549).
  case pillow13

  func isVerticalFirst(width: Int, height: Int, newWidth: Int, newHeight: Int) -> Bool {
    switch self {
    case .horizontalFirst: false
    case .pillow13: newHeight < height && height - newHeight > 2 * (width - newWidth)
    }
  }
}
