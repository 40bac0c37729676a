/// Unpacks the runs of a BMP file: RLE8, and RLE4 with two indices a byte.
struct BMPRuns {
  let bytes: [UInt8]
  let layout: BMPLayout
  let bits: Int

  /// Indices in the order of the file, `width * height` of them.
  func indices() throws(ImageError) -> [UInt8] {
    let (width, count) = (layout.width, layout.width * layout.height)
    var result: [UInt8] = []
    result.reserveCapacity(count)
    var (position, column) = (layout.pixels, 0)
    reading: while result.count < count, position >= 0, position + 1 < bytes.count {
      let (length, value) = (Int(bytes[position]), Int(bytes[position + 1]))
      position += 2
      switch (length, value) {
      case (0, 0):
        let rest = (width - result.count % width) % width
        result.append(contentsOf: repeatElement(0, count: rest))
        column = 0
      case (0, 1): break reading
      case (0, 2):
        guard position + 1 < bytes.count else { break reading }
        let skipped = Int(bytes[position]) + Int(bytes[position + 1]) * width
        position += 2
        result.append(contentsOf: repeatElement(0, count: min(count - result.count, skipped)))
        column = result.count % width
      case (0, _):
        let taken = min(count - result.count, value)
        let length = bits == 4 ? (taken + 1) / 2 : taken
        guard length <= bytes.count - position else { break reading }
        for place in 0..<taken { result.append(index(place, from: position)) }
        column += value
        position += length
        // Runs as they are take whole words of two bytes.
        position += position % 2
      default:
        let taken = min(length, max(0, width - column))
        for index in 0..<taken {
          result.append(
            bits == 8
              ? UInt8(value) : UInt8(index.isMultiple(of: 2) ? value >> 4 : value & 0xF))
        }
        column += taken
      }
    }
    guard result.count >= count else {
      throw .damaged(
        format: .bmp, reason: "its runs make \(result.count) of \(count) pixels")
    }
    return Array(result.prefix(count))
  }

  private func index(_ index: Int, from position: Int) -> UInt8 {
    if bits == 8 { return bytes[position + index] }
    let pair = bytes[position + index / 2]
    return index.isMultiple(of: 2) ? pair >> 4 : pair & 0xF
  }
}
