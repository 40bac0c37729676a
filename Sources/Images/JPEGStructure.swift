/// The metadata segments of a JPEG file that come before its first scan.
struct JPEGStructure {
  private(set) var exif: [UInt8]?
  private(set) var xmp: [UInt8]?

  private static let exifName = Array("Exif\0\0".utf8)
  private static let xmpName = Array("http://ns.adobe.com/xap/1.0/\0".utf8)

  /// Walks the segments; where they make no sense it stops, and the decoder will say what is wrong.
  init(_ bytes: [UInt8]) {
    var position = 2
    while bytes.count - position >= 4 {
      guard bytes[position] == 0xFF else {
        position += 1
        continue
      }
      let marker = bytes[position + 1]
      if marker == 0xFF {
        position += 1
      } else if marker == 0xDA || marker == 0xD9 {
        return
      } else if marker <= 0x01 || (0xD0...0xD8).contains(marker) {
        position += 2
      } else {
        let length = Int(bytes[position + 2]) << 8 | Int(bytes[position + 3])
        guard length >= 2, length <= bytes.count - position - 2 else { return }
        if marker == 0xE1 { read(bytes[(position + 4)..<(position + 2 + length)]) }
        position += 2 + length
      }
    }
  }

  private mutating func read(_ segment: ArraySlice<UInt8>) {
    if segment.starts(with: Self.exifName) {
      exif = (exif ?? []) + segment.dropFirst(Self.exifName.count)
    } else if segment.starts(with: Self.xmpName) {
      xmp = Array(segment.dropFirst(Self.xmpName.count))
    }
  }
}
