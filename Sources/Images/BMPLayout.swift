/// What a BMP file's headers say: sides, palette, and how and where the pixels are stored.
struct BMPLayout {
  enum Storage: Equatable {
    /// Indices of 1, 4 or 8 bits.
    case palette(bits: Int)
    /// Runs of indices of 4 or 8 bits.
    case runs(bits: Int)
    /// 16 bits: five of red, five or six of green, five of blue.
    case masked16(greenBits: Int)
    /// 24 or 32 bits: the places of red, green and blue in a pixel's bytes, and of alpha.
    case samples([Int], alpha: Int?)
  }

  private(set) var width = 0
  private(set) var height = 0
  private(set) var bits = 0
  private(set) var isTopDown = false
  private(set) var storage = Storage.palette(bits: 8)
  /// Red, green, blue of each entry.
  private(set) var palette: [UInt8] = []
  /// Where the pixels begin.
  private(set) var pixels = 0

  /// Bytes of a row: whole words of four.
  var rowLength: Int { (width * bits + 31) / 32 * 4 }

  static let headerSizes: Set<Int> = [12, 40, 52, 56, 64, 108, 124]

  init(_ bytes: [UInt8]) throws(ImageError) {
    let file = Cursor(bytes: bytes)
    let headerSize = try file.number(at: 14, length: 4)
    guard Self.headerSizes.contains(headerSize) else {
      throw .unsupported(format: .bmp, reason: "its header has \(headerSize) bytes")
    }
    _ = try file.number(at: 14 + headerSize - 4, length: 4)
    var (compression, colors) = (0, 0)
    let isOld = headerSize == 12
    if isOld {
      width = try file.number(at: 18, length: 2)
      height = try file.number(at: 20, length: 2)
      bits = try file.number(at: 24, length: 2)
    } else {
      width = try file.number(at: 18, length: 4)
      height = try file.number(at: 22, length: 4)
      isTopDown = try file.number(at: 25, length: 1) == 0xFF
      if isTopDown { height = 1 << 32 - height }
      bits = try file.number(at: 28, length: 2)
      compression = try file.number(at: 30, length: 4)
      colors = try file.number(at: 46, length: 4)
    }
    guard [1, 4, 8, 16, 24, 32].contains(bits) else {
      throw .unsupported(format: .bmp, reason: "it has \(bits) bits a pixel")
    }
    var afterHeader = 14 + headerSize
    storage = try Self.storage(
      file, bits: bits, compression: compression, headerSize: headerSize, end: &afterHeader)
    pixels = try file.number(at: 10, length: 4)
    if bits <= 8 {
      if colors == 0 { colors = 1 << bits }
      let entry = isOld ? 3 : 4
      try readPalette(file, at: afterHeader, entries: colors, length: entry)
      // Some programs forget the palette when they say where the pixels begin.
      if pixels == afterHeader { pixels += entry * colors }
      if pixels == 0 { pixels = afterHeader + entry * colors }
    } else if pixels == 0 {
      pixels = afterHeader
    }
  }

  private mutating func readPalette(
    _ file: Cursor, at start: Int, entries: Int, length: Int
  ) throws(ImageError) {
    guard (1...65_536).contains(entries) else {
      throw .unsupported(format: .bmp, reason: "its palette has \(entries) colours")
    }
    for entry in 0..<min(entries, 256) where start + entry * length + 3 <= file.bytes.count {
      let blueGreenRed = try file.number(at: start + entry * length, length: 3)
      palette += [2, 1, 0].map { UInt8(truncatingIfNeeded: blueGreenRed >> (8 * $0)) }
    }
  }

  private static func storage(
    _ file: Cursor, bits: Int, compression: Int, headerSize: Int, end: inout Int
  ) throws(ImageError) -> Storage {
    switch (compression, bits) {
    case (0, 1), (0, 4), (0, 8): return .palette(bits: bits)
    case (1, 8), (2, 4): return .runs(bits: bits)
    case (0, 16): return .masked16(greenBits: 5)
    case (0, 24), (0, 32): return .samples([2, 1, 0], alpha: nil)
    case (3, 16), (3, 24), (3, 32): break
    default:
      throw .unsupported(
        format: .bmp, reason: "its compression is \(compression) with \(bits) bits a pixel")
    }
    // A header of 40 bytes has the masks behind it, of red, green and blue alone.
    var masks: [Int] = []
    for index in 0..<3 { masks.append(try file.number(at: 54 + 4 * index, length: 4)) }
    let hasAlphaMask = headerSize >= 56
    masks.append(hasAlphaMask ? try file.number(at: 66, length: 4) : 0)
    if headerSize == 40 { end += 12 }
    guard let storage = storage(bits: bits, masks: masks) else {
      let found = masks.map { "0x" + String($0, radix: 16) }.joined(separator: " ")
      throw .unsupported(format: .bmp, reason: "its channels lie at \(found) with \(bits) bits")
    }
    return storage
  }

  /// The masks that Pillow knows.
  private static func storage(bits: Int, masks: [Int]) -> Storage? {
    switch (bits, masks[0], masks[1], masks[2], masks[3]) {
    case (16, 0xF800, 0x7E0, 0x1F, _): .masked16(greenBits: 6)
    case (16, 0x7C00, 0x3E0, 0x1F, _): .masked16(greenBits: 5)
    case (24, 0xFF0000, 0xFF00, 0xFF, _): .samples([2, 1, 0], alpha: nil)
    case (32, 0xFF0000, 0xFF00, 0xFF, 0): .samples([2, 1, 0], alpha: nil)
    case (32, 0xFF00_0000, 0xFF0000, 0xFF00, 0): .samples([3, 2, 1], alpha: nil)
    case (32, 0xFF00_0000, 0xFF00, 0xFF, 0): .samples([3, 1, 0], alpha: nil)
    case (32, 0xFF00_0000, 0xFF0000, 0xFF00, 0xFF): .samples([3, 2, 1], alpha: 0)
    case (32, 0xFF, 0xFF00, 0xFF0000, 0xFF00_0000): .samples([0, 1, 2], alpha: 3)
    case (32, 0xFF0000, 0xFF00, 0xFF, 0xFF00_0000): .samples([2, 1, 0], alpha: 3)
    case (32, 0xFF00_0000, 0xFF00, 0xFF, 0xFF0000): .samples([3, 1, 0], alpha: 2)
    case (32, 0, 0, 0, 0): .samples([2, 1, 0], alpha: 3)
    default: nil
    }
  }

  /// Numbers with the least byte first.
  struct Cursor {
    let bytes: [UInt8]

    func number(at start: Int, length: Int) throws(ImageError) -> Int {
      guard start >= 0, length <= bytes.count - start else {
        throw .damaged(format: .bmp, reason: "the file ends before its header does")
      }
      return (0..<length).reduce(0) { $0 | Int(bytes[start + $1]) << (8 * $1) }
    }
  }
}
