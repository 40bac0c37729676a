/// What a PNG file's chunks say besides the pixels.
struct PNGStructure {
  private(set) var width = 0
  private(set) var height = 0
  private(set) var bitDepth = 0
  private(set) var colorType = 0
  /// Red, green, blue of each palette entry.
  private(set) var palette: [UInt8] = []
  /// The transparency chunk as stored.
  private(set) var transparency: [UInt8]?
  private(set) var exif: [UInt8]?
  private(set) var xmp: [UInt8]?
  /// Compressed pixel bytes in the file.
  private(set) var compressedLength = 0

  /// What a picture of another format has in common with a PNG: the kind of its samples.
  init(colorType: Int) {
    self.colorType = colorType
    bitDepth = 8
  }

  /// What a picture of another format with a palette has in common with a PNG. Indices without a
  /// palette, or with one that says nothing else, are greys.
  init(indexed palette: [UInt8], transparent: Int?) {
    self.palette = palette
    bitDepth = 8
    let isGrey = palette.indices.allSatisfy { Int(palette[$0]) == $0 / 3 }
    colorType = isGrey ? 0 : 3
    transparency = transparent.map { index in
      isGrey
        ? [0, UInt8(clamping: index)]
        : [UInt8](repeating: 255, count: max(0, min(255, index))) + [0]
    }
  }

  /// Walks the chunks. A file that breaks off after the first pixel bytes is left
  /// to the decoder to refuse.
  init(_ bytes: [UInt8]) throws(ImageError) {
    var position = 8
    var isFirst = true
    while bytes.count - position >= 8 {
      let length = Self.number(bytes, at: position)
      let name = bytes[(position + 4)..<(position + 8)]
      let start = position + 8
      guard length <= bytes.count - start else {
        if compressedLength == 0 {
          throw .damaged(format: .png, reason: "chunk \(Self.spelled(name)) ends after the file")
        }
        compressedLength += Self.isNamed(name, "IDAT") ? bytes.count - start : 0
        return
      }
      let body = bytes[start..<(start + length)]
      if isFirst {
        guard Self.isNamed(name, "IHDR"), length == 13 else {
          throw .damaged(format: .png, reason: "it does not begin with a header chunk")
        }
        try readHeader(Array(body))
        isFirst = false
      } else if Self.isNamed(name, "IEND") {
        return
      } else {
        read(name, body)
      }
      position = start + length + 4
    }
    if isFirst { throw .damaged(format: .png, reason: "the file ends before its header") }
  }

  private mutating func readHeader(_ body: [UInt8]) throws(ImageError) {
    width = Self.number(body, at: 0)
    height = Self.number(body, at: 4)
    bitDepth = Int(body[8])
    colorType = Int(body[9])
    let depths =
      switch colorType {
      case 0: [1, 2, 4, 8, 16]
      case 3: [1, 2, 4, 8]
      case 2, 4, 6: [8, 16]
      default: [Int]()
      }
    guard depths.contains(bitDepth) else {
      throw .damaged(
        format: .png, reason: "colour type \(colorType) with \(bitDepth) bits does not exist")
    }
  }

  private mutating func read(_ name: ArraySlice<UInt8>, _ body: ArraySlice<UInt8>) {
    if Self.isNamed(name, "IDAT") {
      compressedLength += body.count
    } else if Self.isNamed(name, "PLTE") {
      palette = Array(body.prefix(768))
    } else if Self.isNamed(name, "tRNS") {
      transparency = Array(body.prefix(256))
    } else if Self.isNamed(name, "eXIf") {
      exif = Array(body)
    } else if Self.isNamed(name, "iTXt") {
      readInternationalText(body)
    } else if Self.isNamed(name, "tEXt") {
      readText(body)
    }
  }

  /// XMP lies in an uncompressed international text of a fixed name.
  private mutating func readInternationalText(_ body: ArraySlice<UInt8>) {
    let parts = body.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0].elementsEqual("XML:com.adobe.xmp".utf8) else { return }
    let flags = parts[1].prefix(2)
    guard flags.count == 2, flags.first == 0 else { return }
    let rest = parts[1].dropFirst(2).split(
      separator: 0, maxSplits: 2, omittingEmptySubsequences: false)
    if rest.count == 3 { xmp = Array(rest[2]) }
  }

  /// Older programs keep EXIF as hexadecimal text below three lines of heading.
  private mutating func readText(_ body: ArraySlice<UInt8>) {
    let parts = body.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
    guard exif == nil, parts.count == 2, parts[0].elementsEqual("Raw profile type exif".utf8) else {
      return
    }
    let lines = parts[1].split(separator: 0x0A, maxSplits: 3, omittingEmptySubsequences: false)
    guard lines.count == 4 else { return }
    let digits = lines[3].compactMap(Self.hexadecimalValue)
    exif = stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
  }

  private static func number(_ bytes: [UInt8], at position: Int) -> Int {
    bytes[position..<(position + 4)].reduce(0) { $0 << 8 | Int($1) }
  }

  private static func hexadecimalValue(_ character: UInt8) -> UInt8? {
    switch character {
    case 0x30...0x39: character - 0x30
    case 0x41...0x46: character - 0x41 + 10
    case 0x61...0x66: character - 0x61 + 10
    default: nil
    }
  }

  private static func isNamed(_ name: ArraySlice<UInt8>, _ expected: String) -> Bool {
    name.elementsEqual(expected.utf8)
  }

  private static func spelled(_ name: ArraySlice<UInt8>) -> String {
    String(name.map { (0x20..<0x7F).contains($0) ? Character(Unicode.Scalar($0)) : "." })
  }
}
