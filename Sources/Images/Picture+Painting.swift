extension Picture {
  /// Each channel's mean over all pixels, halves rounded up.
  package var meanColor: (red: UInt8, green: UInt8, blue: UInt8) {
    var sums = (0, 0, 0)
    for start in stride(from: 0, to: pixels.count, by: 3) {
      sums.0 += Int(pixels[start])
      sums.1 += Int(pixels[start + 1])
      sums.2 += Int(pixels[start + 2])
    }
    let count = width * height
    func mean(_ sum: Int) -> UInt8 { UInt8((2 * sum + count) / (2 * count)) }
    return (mean(sums.0), mean(sums.1), mean(sums.2))
  }

  /// The picture with one colour over every pixel that a box meets.
  package func painted(
    _ box: PixelBox, _ color: (red: UInt8, green: UInt8, blue: UInt8)
  ) -> Picture {
    var changed = pixels
    let columns = Self.pixels(from: box.left, to: box.right, of: width)
    let rows = Self.pixels(from: box.top, to: box.bottom, of: height)
    for y in rows {
      for x in columns {
        let start = (y * width + x) * 3
        changed[start] = color.red
        changed[start + 1] = color.green
        changed[start + 2] = color.blue
      }
    }
    return Picture(uncheckedWidth: width, height: height, pixels: changed)
  }

  private static func pixels(from start: Double, to end: Double, of count: Int) -> Range<Int> {
    let first = Int(min(max(start, 0), Double(count)).rounded(.down))
    let last = Int(min(max(end, 0), Double(count)).rounded(.up))
    return first..<max(first, last)
  }
}
