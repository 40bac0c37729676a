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

  /// One integer of a TIFF field type that Pillow gives as a number (a BYTE it gives as text).
  func value(ofType type: Int, at offset: Int) -> Int? {
    switch type {
    case 3: unsigned(at: offset, length: 2)
    case 4, 13: unsigned(at: offset, length: 4)
    case 6: unsigned(at: offset, length: 1).map { Int(Int8(truncatingIfNeeded: $0)) }
    case 8: unsigned(at: offset, length: 2).map { Int(Int16(truncatingIfNeeded: $0)) }
    case 9: unsigned(at: offset, length: 4).map { Int(Int32(truncatingIfNeeded: $0)) }
    default: nil
    }
  }
}
