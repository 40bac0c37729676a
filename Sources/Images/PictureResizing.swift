/// Which library's resizing is applied to pictures. All three weigh the same samples with the same
/// filter; they differ in how weights are rounded and in which axis comes first, which shows
/// because the picture in between is rounded to bytes.
package enum PictureResizing: String, Sendable, CaseIterable {
  /// torchvision's of 8-bit pictures on a processor with AVX2, which transformers 5 takes wherever
  /// torchvision is installed: columns first, weights of 15 bits.
  case torchvision
  /// Pillow up to version 12: columns first, weights of 22 bits.
  case pillow
  /// Pillow 13 (its pull request 9549): as before, rows first where that saves more than twice
  /// what columns first would.
  case pillow13

  /// What most people's pipelines have today.
  package static let `default` = torchvision

  func isVerticalFirst(width: Int, height: Int, newWidth: Int, newHeight: Int) -> Bool {
    switch self {
    case .torchvision, .pillow: false
    case .pillow13: newHeight < height && height - newHeight > 2 * (width - newWidth)
    }
  }

  /// Fractional bits of the weights along one axis whose largest weight is `largest`.
  func weightBits(largest: Double) -> Int32 {
    switch self {
    case .pillow, .pillow13: 32 - 8 - 2
    case .torchvision:
      // As many as leave the largest weight in 16 bits.
      (0..<22).first { largest * Double(Int32(1) << ($0 + 1)) + 0.5 >= Double(1 << 15) } ?? 22
    }
  }
}
