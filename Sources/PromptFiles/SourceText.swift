package import KernelProtocol

/// A text file's bytes with its lines, and the way between offsets and the
/// places that editors count in.
package struct SourceText: Sendable {
  /// Every so many bytes the code units before them are noted.
  private static let stride = 64

  /// UTF-8.
  package let bytes: [UInt8]
  /// Each line without what ends it: `\n`, `\r\n` or `\r`. There is always one.
  package let lines: [Range<Int>]
  private let marks: [Int]

  package init(_ text: String) {
    let bytes = Array(text.utf8)
    self.bytes = bytes
    lines = Self.lines(of: bytes)
    var marks: [Int] = []
    marks.reserveCapacity(bytes.count / Self.stride + 1)
    var units = 0
    for (offset, byte) in bytes.enumerated() {
      if offset % Self.stride == 0 { marks.append(units) }
      units += Self.units(ofLeading: byte)
    }
    self.marks = marks
  }

  private static func lines(of bytes: [UInt8]) -> [Range<Int>] {
    var lines: [Range<Int>] = []
    // A byte order mark is no character of the file.
    var start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    var offset = start
    while offset < bytes.count {
      let byte = bytes[offset]
      if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") {
        lines.append(start..<offset)
        let isPair =
          byte == UInt8(ascii: "\r") && offset + 1 < bytes.count
          && bytes[offset + 1] == UInt8(ascii: "\n")
        offset += isPair ? 1 : 0
        start = offset + 1
      }
      offset += 1
    }
    lines.append(start..<bytes.count)
    return lines
  }

  /// A line with what ends it.
  package func wholeLine(_ line: Int) -> Range<Int> {
    lines[line].lowerBound..<(line + 1 < lines.count ? lines[line + 1].lowerBound : bytes.count)
  }

  package func string(_ range: Range<Int>) -> String {
    String(decoding: bytes[range], as: UTF8.self)
  }

  // MARK: Places

  /// The line that holds an offset.
  package func line(of offset: Int) -> Int {
    var (low, high) = (0, lines.count - 1)
    while low < high {
      let middle = (low + high + 1) / 2
      if lines[middle].lowerBound <= offset { low = middle } else { high = middle - 1 }
    }
    return low
  }

  /// The place of an offset; what ends a line counts as its end.
  package func position(of offset: Int) -> TextPosition {
    let line = line(of: offset)
    let content = lines[line]
    let inside = min(max(offset, content.lowerBound), content.upperBound)
    return TextPosition(
      line: line, character: units(before: inside) - units(before: content.lowerBound))
  }

  /// A stretch, widened to whole characters of Unicode.
  package func range(_ range: Range<Int>) -> TextRange {
    var (start, end) = (range.lowerBound, range.upperBound)
    while start > 0, start < bytes.count, bytes[start] & 0xC0 == 0x80 { start -= 1 }
    while end < bytes.count, bytes[end] & 0xC0 == 0x80 { end += 1 }
    return TextRange(start: position(of: start), end: position(of: end))
  }

  /// The offset of a place; past the end of its line or of the file it is that end.
  package func offset(of position: TextPosition) -> Int {
    guard lines.indices.contains(position.line) else { return bytes.count }
    let content = lines[position.line]
    var left = position.character
    var offset = content.lowerBound
    while offset < content.upperBound {
      left -= Self.units(ofLeading: bytes[offset])
      if left < 0 { break }
      offset += 1
      while offset < content.upperBound, bytes[offset] & 0xC0 == 0x80 { offset += 1 }
    }
    return offset
  }

  private func units(before offset: Int) -> Int {
    let mark = offset / Self.stride
    guard mark < marks.count else {
      let last = max(0, marks.count - 1) * Self.stride
      return (marks.last ?? 0) + bytes[last..<offset].reduce(0) { $0 + Self.units(ofLeading: $1) }
    }
    return marks[mark]
      + bytes[mark * Self.stride..<offset].reduce(0) { $0 + Self.units(ofLeading: $1) }
  }

  /// UTF-16 code units of the character that a byte begins.
  private static func units(ofLeading byte: UInt8) -> Int {
    if byte & 0xC0 == 0x80 { return 0 }
    return byte >= 0xF0 ? 2 : 1
  }
}
