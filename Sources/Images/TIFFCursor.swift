/// Reads numbers of either byte order out of a TIFF structure; nil beyond its end.
struct TIFFCursor {
  private let bytes: [UInt8]
  private let start: Int
  private let isLittleEndian: Bool

  /// Nil unless `bytes` from `start` begin with a TIFF header.
  init?(bytes: [UInt8], start: Int) {
    guard start >= 0, bytes.count - start >= 8 else { return nil }
    switch (bytes[start], bytes[start + 1], bytes[start + 2], bytes[start + 3]) {
    case (0x49, 0x49, 42, 0): isLittleEndian = true
    case (0x4D, 0x4D, 0, 42): isLittleEndian = false
    default: return nil
    }
    self.bytes = bytes
    self.start = start
  }

  /// `length` bytes (at most 4) at `offset` from the header, as an unsigned number.
  func unsigned(at offset: Int, length: Int) -> Int? {
    guard offset >= 0, offset <= bytes.count - start - length else { return nil }
    var value = 0
    for index in 0..<length {
      let place = isLittleEndian ? length - 1 - index : index
      value = value << 8 | Int(bytes[start + offset + place])
    }
    return value
  }

  /// The first value of a directory entry, which lies in the entry itself when all values fit into
  /// four bytes. Nil for types that Pillow does not give as an integer (a BYTE it gives as text).
  func firstValue(ofType type: Int, count: Int, entry: Int) -> Int? {
    let widths = [3: 2, 4: 4, 6: 1, 8: 2, 9: 4, 13: 4]
    guard let width = widths[type], count <= bytes.count else { return nil }
    let length = width * count
    let place = length <= 4 ? entry + 8 : unsigned(at: entry + 8, length: 4)
    guard let place, place <= bytes.count - start - length,
      let value = unsigned(at: place, length: width)
    else { return nil }
    switch type {
    case 6: return Int(Int8(truncatingIfNeeded: value))
    case 8: return Int(Int16(truncatingIfNeeded: value))
    case 9: return Int(Int32(truncatingIfNeeded: value))
    default: return value
    }
  }
}
