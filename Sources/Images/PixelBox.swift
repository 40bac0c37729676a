/// A half-open rectangle in the pixels of a picture: x in `[left, right)`, y in `[top, bottom)`.
package struct PixelBox: Sendable, Equatable {
  package var left: Double
  package var top: Double
  package var right: Double
  package var bottom: Double

  package init(left: Double, top: Double, right: Double, bottom: Double) {
    self.left = left
    self.top = top
    self.right = right
    self.bottom = bottom
  }

  package var width: Double { right - left }
  package var height: Double { bottom - top }
  package var isEmpty: Bool { !(width > 0 && height > 0) }

  /// What both boxes cover; nil when that is nothing.
  package func intersection(_ other: PixelBox) -> PixelBox? {
    let common = PixelBox(
      left: max(left, other.left), top: max(top, other.top), right: min(right, other.right),
      bottom: min(bottom, other.bottom))
    return common.isEmpty ? nil : common
  }
}
