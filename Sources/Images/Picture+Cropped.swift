extension Picture {
  /// A rectangle of the picture. Ranges must lie within it and hold something.
  package func cropped(columns: Range<Int>, rows: Range<Int>) throws(ImageError) -> Picture {
    precondition(
      columns.lowerBound >= 0 && columns.upperBound <= width && rows.lowerBound >= 0
        && rows.upperBound <= height,
      "\(columns) by \(rows) of \(width) by \(height) pixels")
    if columns.count == width, rows.count == height { return self }
    var cropped: [UInt8] = []
    cropped.reserveCapacity(3 * columns.count * rows.count)
    for row in rows {
      let start = 3 * (row * width + columns.lowerBound)
      cropped += pixels[start..<start + 3 * columns.count]
    }
    return try Picture(width: columns.count, height: rows.count, pixels: cropped)
  }
}
